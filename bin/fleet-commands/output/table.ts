// Rows as lines that fit a terminal. In: cells, which may be text of hosts; a width. Out: lines. Never: lets a cell steer the
// terminal; cuts anything where there is no terminal.
import { shorten } from '../../../machdb/views/printable.ts';

const GAP = 2;
/** No column is cut below this. */
const NARROWEST = 8;

/** @param width columns of the terminal; undefined when the output is no terminal */
export function tableLines(rows: readonly (readonly string[])[], width: number | undefined): string[] {
  const widths = fitWidths(rows, width);
  return rows.map((row) =>
    row
      .map((cell, column) => shorten(cell, widths[column] ?? 0).padEnd(widths[column] ?? 0))
      .join(' '.repeat(GAP))
      .trimEnd(),
  );
}

/** The widest column gives way first. */
function fitWidths(rows: readonly (readonly string[])[], width: number | undefined): number[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  }
  if (width === undefined) return widths;
  let excess = widths.reduce((sum, each) => sum + each + GAP, -GAP) - width;
  while (excess > 0) {
    const widest = Math.max(...widths);
    if (widest <= NARROWEST) break;
    const next = Math.max(NARROWEST, ...widths.filter((each) => each < widest));
    const column = widths.indexOf(widest);
    const cut = Math.min(excess, Math.max(1, widest - next));
    widths[column] = widest - cut;
    excess -= cut;
  }
  return widths;
}
