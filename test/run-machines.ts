// npm run test:machines -- [WORD…]: every cell of the matrix, or those that have all the words, one after the other.
// Writes what came of each into the table of docs/machines.md at once, so that an interrupted run loses nothing it has
// found. Exit code 1 when one failed, 2 when there is no such cell.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runMain } from '../lib/exit.ts';
import { writeFileAtomically } from '../lib/write-file-atomically.ts';
import { withMachinesTable } from './machines-table.ts';
import type { CellResult } from './machines-table.ts';
import { cells, chooseCells, nameOfCell } from './qemu/cells.ts';
import type { Cell } from './qemu/cells.ts';
import { installCell } from './qemu/install-cell.ts';

const PAGE = join(import.meta.dirname, '../docs/machines.md');

async function runCell(cell: Cell): Promise<CellResult> {
  const say = (text: string): void => void process.stdout.write(`${nameOfCell(cell)}: ${text}\n`);
  say('started; it takes minutes and says nothing meanwhile');
  try {
    const outcome = await installCell(cell);
    say(`ok, ${(outcome.installed + outcome.startedAgain).toFixed(0)} s of processor time`);
    return { cell, outcome };
  } catch (error) {
    say(`FAILED: ${(error as Error).message}`);
    return { cell, outcome: error as Error };
  }
}

async function writeResult(result: CellResult): Promise<void> {
  await writeFileAtomically(PAGE, withMachinesTable(await readFile(PAGE, 'utf8'), cells, [result]));
}

await runMain(async () => {
  const chosen = chooseCells(process.argv.slice(2).filter((word) => word !== '--'));
  for (const cell of chosen) {
    const result = await runCell(cell);
    await writeResult(result);
    if (result.outcome instanceof Error) process.exitCode = 1;
  }
});
