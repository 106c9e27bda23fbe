// Rows as lines that fit a terminal. In: cells, which may be text of hosts; a width. Out: lines. Never: lets a cell steer the
// terminal; cuts anything where there is no terminal.
import { shorten } from '../../../machdb/views/printable.ts';

const GAP = 2;
/** No column is cut below this. */
const NARROWEST = 8;
/** The last column is wrapped as long as it has this much room; most often it is text, and the others are names and numbers. */
const WRAPPED = 20;

/** @param width columns of the terminal; undefined when the output is no terminal */
export function tableLines(rows: readonly (readonly string[])[], width: number | undefined): string[] {
  const widths = fitWidths(rows, width);
  return rows.flatMap((row) => rowLines(row, widths));
}

function rowLines(row: readonly string[], widths: readonly number[]): string[] {
  const last = widths.length - 1;
  const before = row
    .slice(0, last)
    .map((cell, column) => shorten(cell, widths[column] ?? 0).padEnd(widths[column] ?? 0) + ' '.repeat(GAP))
    .join('');
  const room = widths[last] ?? 0;
  const wrapped = room < WRAPPED ? [shorten(row[last] ?? '', room)] : wrap(row[last] ?? '', room);
  return wrapped.map((text, index) => `${index === 0 ? before : ' '.repeat(before.length)}${text}`.trimEnd());
}

/** At blanks; a word that is longer is broken. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const blank = rest.lastIndexOf(' ', width);
    const end = blank > 0 ? blank : width;
    lines.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return [...lines, rest];
}

function fitWidths(rows: readonly (readonly string[])[], width: number | undefined): number[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  }
  if (width === undefined) return widths;
  const excess = widths.reduce((sum, each) => sum + each + GAP, -GAP) - width;
  if (excess <= 0) return widths;
  const room = (widths.at(-1) ?? 0) - excess;
  return room >= WRAPPED ? [...widths.slice(0, -1), room] : cutWidths(widths, excess);
}

/** The widest column gives way first. */
function cutWidths(natural: readonly number[], tooMuch: number): number[] {
  const widths = [...natural];
  let excess = tooMuch;
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
