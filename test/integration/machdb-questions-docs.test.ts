// Runs the examples of docs/machdb-questions.md in one site that is kept in git: each `machdb` block becomes its
// database, with the one before it committed; the `console` blocks ask it, in a shell as their readers do.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { runCommand } from '../../lib/run-command.ts';
import { readBlocks, readQuestions } from '../helpers/page-blocks.ts';

const root = join(import.meta.dirname, '../..');
const blocks = readBlocks(await readFile(join(root, 'docs/machdb-questions.md'), 'utf8'));
const site = await mkdtemp(join(tmpdir(), 'machdb-questions-docs-'));

suite('the examples', () => {
  after(async () => await rm(site, { recursive: true }));

  test('there is a database first, then questions about all five commands', async () => {
    assert.deepEqual([...new Set(blocks.map(({ kind }) => kind))], ['machdb', 'console']);
    const commands = blocks.filter(({ kind }) => kind === 'console').flatMap(readQuestions);
    const asked = new Set(commands.map(({ command }) => command.split(' ')[1]));
    assert.deepEqual(asked, new Set(['list', 'grep', 'tree', 'explain', 'diff']));
    await git('init', '--quiet');
    await mkdir(join(site, 'machdb'));
  });

  for (const [index, block] of blocks.entries()) {
    if (block.kind === 'machdb') {
      test(`block ${index + 1}: a database`, async () => {
        await git('add', '.');
        await git(
          '-c',
          'user.name=admin',
          '-c',
          'user.email=admin@lab.example',
          'commit',
          '--quiet',
          '--allow-empty',
          '-mx',
        );
        await writeFile(join(site, 'machdb/lab.db'), block.body);
      });
      continue;
    }
    for (const { command, answer } of readQuestions(block)) {
      test(`block ${index + 1}: ${command}`, async () => assert.equal(await ask(command), answer));
    }
  }
});

/** What a user sees who types this in the site. */
async function ask(command: string): Promise<string> {
  assert.match(command, /^machdb /);
  const env = { PATH: `${join(root, 'bin')}:${process.env['PATH'] ?? ''}` };
  const said = await runCommand(['sh', '-c', command], { cwd: site, env, okExitCodes: [0, 1, 2, 3] });
  const exit = said.exitCode === 0 ? '' : `[exit code ${said.exitCode}]\n`;
  return said.stdout + said.stderr + exit;
}

async function git(...args: string[]): Promise<void> {
  await runCommand(['git', ...args], { cwd: site });
}
