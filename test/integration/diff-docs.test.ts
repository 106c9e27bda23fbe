// Runs the examples of docs/diff.md, one after the other, in a copy of the example site that is kept in git.
import assert from 'node:assert/strict';
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { runCommand } from '../../lib/run-command.ts';
import { readBlocks, readQuestions } from '../helpers/page-blocks.ts';
import { makeSmallSite } from '../helpers/small-site.ts';

const root = join(import.meta.dirname, '../..');
const stack = new AsyncDisposableStack();
const { siteDir } = await makeSmallSite(stack);
const blocks = readBlocks(await readFile(join(root, 'docs/diff.md'), 'utf8'));

suite('the examples', () => {
  after(async () => await stack.disposeAsync());

  test('are questions in one site', async () => {
    assert.deepEqual([...new Set(blocks.map(({ kind }) => kind))], ['console']);
    await appendFile(join(siteDir, 'site.yaml'), 'state: ../state\n');
    const asAdmin = ['-c', 'user.name=admin', '-c', 'user.email=admin@lab.example'];
    for (const words of [
      ['init', '--quiet'],
      ['add', '.'],
      [...asAdmin, 'commit', '--quiet', '-mx'],
    ]) {
      await runCommand(['git', ...words], { cwd: siteDir });
    }
  });

  for (const { command, answer } of blocks.flatMap(readQuestions)) {
    test(command, async () => assert.equal(await ask(command), answer));
  }
});

/** What a user sees who types this in the site. */
async function ask(command: string): Promise<string> {
  const env = { PATH: `${join(root, 'bin')}:${process.env['PATH'] ?? ''}` };
  const said = await runCommand(['sh', '-c', command], { cwd: siteDir, env, okExitCodes: [0, 1, 2, 3] });
  const exit = said.exitCode === 0 ? '' : `[exit code ${said.exitCode}]\n`;
  return said.stdout + said.stderr + exit;
}
