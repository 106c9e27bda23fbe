// Installations on machines of other kinds than the one of most tests; `npm run test:machines` tries all cells.
import { test } from 'node:test';
import { cells, nameOfCell } from './cells.ts';
import { installCell } from './install-cell.ts';

for (const cell of cells.filter(({ always }) => always === true)) {
  test(`installed, restarted and started again: ${nameOfCell(cell)}`, async (t) => {
    const { installed, startedAgain } = await installCell(cell);
    t.diagnostic(`processor time: installed ${installed.toFixed(0)} s, started again ${startedAgain.toFixed(0)} s`);
  });
}
