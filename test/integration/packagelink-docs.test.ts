// Runs the examples of docs/packagelink-commands.md, in their order: `files` blocks are files, `console` blocks are typed.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { runCommand } from '../../lib/run-command.ts';
import { readBlocks, readQuestions } from '../helpers/page-blocks.ts';
import { withDirectory } from './packagelink-linking-lab.ts';

const root = join(import.meta.dirname, '../..');
const blocks = readBlocks(readFileSync(join(root, 'docs/packagelink-commands.md'), 'utf8'));

test('the page prints what the programs print', async () => {
  let asked = 0;
  await withDirectory(async (dir) => {
    for (const block of blocks) {
      if (block.kind === 'files') writeFiles(dir, block.body);
      if (block.kind !== 'console') continue;
      for (const { command, answer } of readQuestions(block)) {
        assert.equal(await ask(dir, command), answer, command);
        asked += 1;
      }
    }
  });
  assert.ok(asked >= 12);
});

function writeFiles(dir: string, body: string): void {
  for (const line of body.trimEnd().split('\n')) {
    const colon = line.indexOf(': ');
    const file = join(dir, line.slice(0, colon));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${line.slice(colon + 2)}\n`);
  }
}

async function ask(dir: string, typed: string): Promise<string> {
  const [program = '', ...args] = typed.split(' ');
  const path = program === 'cat' ? program : join(root, 'bin', program);
  const { stdout, stderr, exitCode } = await runCommand([path, ...args], { cwd: dir, okExitCodes: [0, 1, 2, 3] });
  const shown = (stdout + stderr).replaceAll(`${dir}/`, '');
  return exitCode === 0 ? shown : `${shown}[exit code ${exitCode}]\n`;
}
