// Runs the examples of docs/machdb.md, docs/machdb-exports.md and docs/network.md: each `machdb` block is a database, the `console`
// block behind it asks it.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { runCommand } from '../../lib/run-command.ts';
import { readBlocks, readQuestions } from '../helpers/page-blocks.ts';
import type { Block } from '../helpers/page-blocks.ts';

const root = join(import.meta.dirname, '../..');
for (const page of ['machdb.md', 'machdb-exports.md', 'network.md']) {
  const all = readBlocks(await readFile(join(root, 'docs', page), 'utf8'));
  // An administrator's crontab is not for this machine, nor is a grammar.
  const blocks = all.filter(({ kind }) => kind !== 'sh' && kind !== 'text');
  suite(page, () => runPage(blocks));
}

function runPage(blocks: readonly Block[]): void {
  test('the page is made of databases, each with a question', () => {
    assert.deepEqual([...new Set(blocks.map(({ kind }) => kind))], ['machdb', 'console']);
    assert.deepEqual(
      blocks.map(({ kind }) => kind),
      blocks.map((_, index) => (index % 2 === 0 ? 'machdb' : 'console')),
    );
    assert.ok(blocks.length >= 4);
  });

  for (const [index, block] of blocks.entries()) {
    const database = blocks[index - 1]?.body;
    if (block.kind !== 'console' || database === undefined) continue;
    for (const { command, answer } of readQuestions(block)) {
      test(`example ${(index + 1) / 2}: ${command}`, async () => {
        assert.equal(await ask(database, command.split(' ')), answer);
      });
    }
  }
}

/** What a user sees who runs `machdb …` in a site with this database. */
async function ask(database: string, [program, ...args]: string[]): Promise<string> {
  assert.equal(program, 'machdb');
  const site = await mkdtemp(join(tmpdir(), 'machdb-docs-'));
  try {
    await mkdir(join(site, 'machdb'));
    await writeFile(join(site, 'machdb/example.db'), database);
    const said = await runCommand([join(root, 'bin/machdb'), ...args], { cwd: site, okExitCodes: [0, 1, 2, 3] });
    const exit = said.exitCode === 0 ? '' : `[exit code ${said.exitCode}]\n`;
    return said.stdout + said.stderr + exit;
  } finally {
    await rm(site, { recursive: true });
  }
}
