// The matrix of docs/machines.md. In: cells with what came of them. Out: a table in Markdown. Never: I/O.
import type { CellTimes } from './qemu/install-cell.ts';
import type { Cell } from './qemu/cells.ts';

export type CellResult = { readonly cell: Cell; readonly outcome: CellTimes | Error };

const BEGIN = '<!-- begin: npm run test:machines -->';
const END = '<!-- end -->';

/** The page with the table between its two marks. @throws Error when it has no marks */
export function withMachinesTable(page: string, results: readonly CellResult[]): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`docs/machines.md lacks '${BEGIN}' or '${END}'`);
  return `${page.slice(0, begin + BEGIN.length)}\n\n${machinesTable(results)}\n${page.slice(end)}`;
}

/** Widths as the formatter makes them. */
export function machinesTable(results: readonly CellResult[]): string {
  const head = ['firmware', 'architecture', 'disks', 'card', 'from', 'installed', 'reported', 'started again'];
  const rows = [head, head.map(() => '---'), ...results.map(rowOf)];
  return `${rows.map((row) => `| ${row.join(' | ')} |`).join('\n')}\n`;
}

function rowOf({ cell: { hardware }, outcome }: CellResult): string[] {
  const { firmware, architecture, bus, nic, media } = hardware;
  const kind = [firmware, architecture, bus, nic, media];
  if (outcome instanceof Error) return [...kind, '**failed**', '', ''];
  return [
    ...kind,
    ...[outcome.installed, outcome.reported, outcome.startedAgain].map((time) => `${time.toFixed(0)} s`),
  ];
}
