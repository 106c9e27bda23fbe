// npm run test:machines [WORD…]: every cell of the matrix, or those whose names have all the words, one after the other.
// Writes what came of them into the table of docs/machines.md. Exit code 1 when one failed.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runMain } from '../lib/exit.ts';
import { writeFileAtomically } from '../lib/write-file-atomically.ts';
import { withMachinesTable } from './machines-table.ts';
import type { CellResult } from './machines-table.ts';
import { cells, nameOfCell } from './qemu/cells.ts';
import type { Cell } from './qemu/cells.ts';
import { installCell } from './qemu/install-cell.ts';

const PAGE = join(import.meta.dirname, '../docs/machines.md');

async function runCell(cell: Cell): Promise<CellResult> {
  const say = (text: string): void => void process.stdout.write(`${nameOfCell(cell)}: ${text}\n`);
  try {
    const outcome = await installCell(cell);
    say(`ok, ${(outcome.installed + outcome.startedAgain).toFixed(0)} s of processor time`);
    return { cell, outcome };
  } catch (error) {
    say(`FAILED: ${(error as Error).message}`);
    return { cell, outcome: error as Error };
  }
}

await runMain(async () => {
  const words = process.argv.slice(2).filter((word) => word !== '--');
  const chosen = cells.filter((cell) => words.every((word) => nameOfCell(cell).split('-').includes(word)));
  const results: CellResult[] = [];
  for (const cell of chosen) results.push(await runCell(cell));
  await writeFileAtomically(PAGE, withMachinesTable(await readFile(PAGE, 'utf8'), cells, results));
  if (results.length === 0 || results.some(({ outcome }) => outcome instanceof Error)) process.exitCode = 1;
});
