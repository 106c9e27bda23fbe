// The matrix of docs/machines.md. In: the page, the cells, what came of those that ran. Out: the page. Never: I/O.
import { nameOfCell, wordsOf } from './qemu/cells.ts';
import type { CellCost } from './qemu/install-cell.ts';
import type { Cell } from './qemu/cells.ts';

export type CellResult = { readonly cell: Cell; readonly outcome: CellCost | Error };

const BEGIN = '<!-- begin: npm run test:machines -->';
const END = '<!-- end -->';
const HEAD = ['firmware', 'architecture', 'disks', 'card', 'from', 'result', 'installed', 'started again'];
/** So many columns say which machine it is. */
const KIND_COLUMNS = 5;

/** The page with a row for each cell; the row of one that did not run stays. @throws Error when the page has no marks */
export function withMachinesTable(page: string, cells: readonly Cell[], results: readonly CellResult[]): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`docs/machines.md lacks '${BEGIN}' or '${END}'`);
  const before = rowsByCell(page.slice(begin, end));
  const ran = new Map(results.map(({ cell, outcome }) => [nameOfCell(cell), outcome]));
  const rows = cells.map((cell) => {
    const outcome = ran.get(nameOfCell(cell));
    const found = outcome === undefined ? before.get(nameOfCell(cell)) : describe(outcome);
    return [...wordsOf(cell), ...(found ?? ['not tried yet', '', ''])];
  });
  const table = [HEAD, HEAD.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |\n`).join('');
  return `${page.slice(0, begin + BEGIN.length)}\n\n${table}\n${page.slice(end)}`;
}

function rowsByCell(text: string): Map<string, string[]> {
  const rows = text.split('\n').filter((line) => line.startsWith('|'));
  return new Map(
    rows.map((row) => {
      const fields = row
        .split('|')
        .slice(1, -1)
        .map((field) => field.trim());
      return [fields.slice(0, KIND_COLUMNS).join('-'), fields.slice(KIND_COLUMNS)];
    }),
  );
}

function describe(outcome: CellResult['outcome']): string[] {
  if (outcome instanceof Error) return ['**failed**', '', ''];
  return ['ok', ...[outcome.installed, outcome.startedAgain].map((seconds) => `${seconds.toFixed(0)} s`)];
}
