// Runs the examples of docs/machdb-edits.md: each `machdb` block is a database, the `console` blocks behind it are run
// on it one after the other, by a shell.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCommand } from '../../lib/run-command.ts';
import { readBlocks, readQuestions } from '../helpers/page-blocks.ts';
import type { Block } from '../helpers/page-blocks.ts';

const root = join(import.meta.dirname, '../..');
const blocks = readBlocks(await readFile(join(root, 'docs/machdb-edits.md'), 'utf8'));

test('the page is made of databases and of what is done to them', () => {
  assert.equal(blocks[0]?.kind, 'machdb');
  assert.deepEqual([...new Set(blocks.map(({ kind }) => kind))].toSorted(), ['console', 'machdb']);
  assert.ok(blocks.flatMap(readQuestions).length >= 20);
});

for (const [index, { kind, body }] of blocks.entries()) {
  if (kind !== 'machdb') continue;
  const end = blocks.findIndex((block, at) => at > index && block.kind === 'machdb');
  const consoles = blocks.slice(index + 1, end === -1 ? undefined : end);
  test(`the database of ${/^\S+(?=:)/m.exec(body)?.[0]} and what is done to it`, () => follow(body, consoles));
}

/** Runs the commands in a site with this database, whose one file is `machdb/example.db`. */
async function follow(database: string, consoles: readonly Block[]): Promise<void> {
  const site = await mkdtemp(join(tmpdir(), 'machdb-docs-'));
  try {
    await mkdir(join(site, 'machdb'));
    await writeFile(join(site, 'machdb/example.db'), database);
    for (const { command, answer } of consoles.flatMap(readQuestions)) {
      const env = { PATH: `${join(root, 'bin')}:${process.env['PATH']}` };
      const said = await runCommand(['sh', '-c', command], { cwd: site, env, okExitCodes: [0, 1, 2, 3] });
      const exit = said.exitCode === 0 ? '' : `[exit code ${said.exitCode}]\n`;
      assert.equal(said.stdout + said.stderr + exit, answer, command);
    }
  } finally {
    await rm(site, { recursive: true });
  }
}
