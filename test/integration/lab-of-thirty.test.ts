// Follows docs/lab-of-thirty.md as its reader would: one shell, from the top. `sh` blocks say nothing and succeed,
// the commands of `console` blocks print what the page shows.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { runCommand } from '../../lib/run-command.ts';
import { readBlocks, readQuestions } from '../helpers/page-blocks.ts';
import type { Question } from '../helpers/page-blocks.ts';

const root = join(import.meta.dirname, '../..');
const page = await readFile(join(root, 'docs/lab-of-thirty.md'), 'utf8');
const steps = readBlocks(page).flatMap((block): Question[] => {
  if (block.kind === 'console') return readQuestions(block);
  return block.kind === 'sh' ? [{ command: block.body.trimEnd(), answer: '' }] : [];
});

const home = await mkdtemp(join(tmpdir(), 'lab-of-thirty-'));
after(() => rm(home, { recursive: true }));
const answers = await follow(steps.map(({ command }) => command));

for (const [index, { command, answer }] of steps.entries()) {
  test(`${index + 1}: ${command}`, () => {
    assert.equal(answers[index], answer);
  });
}

test('the page ends with thirty machines', async () => {
  const { stdout } = await runCommand([join(root, 'bin/machdb'), 'list', '--site', join(home, 'lab')]);
  assert.equal(stdout.trim().split('\n').length, 30);
});

/** What each command prints, with its exit code when that is not 0; all are typed into the same shell. */
async function follow(commands: readonly string[]): Promise<string[]> {
  const script = commands.map((command) => `${command}\nprintf '\\0%d\\0' $?\n`).join('');
  const git = { GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@example.org', GIT_CONFIG_GLOBAL: '/dev/null' };
  const { stdout } = await runCommand(['bash', '--norc', '--noprofile', '-c', `exec 2>&1\n${script}`], {
    cwd: home,
    env: {
      ...git,
      GIT_COMMITTER_NAME: git.GIT_AUTHOR_NAME,
      GIT_COMMITTER_EMAIL: git.GIT_AUTHOR_EMAIL,
      HOME: home,
      SUDO_USER: '',
      PATH: `${join(root, 'bin')}:${process.env['PATH'] ?? ''}`,
    },
    timeoutMs: 120_000,
  });
  const said = stdout.split('\0');
  return commands.map((_, index) => {
    const exitCode = said[2 * index + 1];
    return `${said[2 * index] ?? ''}${exitCode === '0' ? '' : `[exit code ${exitCode}]\n`}`;
  });
}
