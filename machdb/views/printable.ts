// The output of a question. In: fields from the database, file names, names of revisions. Out: lines that show them.
// Never: lets them move the cursor, forge a line, or change the direction of the text.

import { harmlessLine } from '../../lib/harmless-text.ts';

// Names and values cannot hold control characters, file names can; values can hold marks that reorder what is shown.
/** The lines as text for a terminal, each ended; what would steer it is written `\u{1b}`. */
export function printLines(lines: readonly string[]): string {
  return lines.map((line) => `${harmlessLine(line)}\n`).join('');
}

/** `"say \"hi\""`, as `machdb query` writes values. */
export function quote(value: string): string {
  return `"${value.replaceAll(/[\\"]/g, String.raw`\$&`)}"`;
}

/** At most `most` characters, the last one `…` where something was left out. */
export function shorten(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

/** `1 machine`, `109,412 machines`. */
export function countOf(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}

/** Rows as lines whose columns stand below each other, two blanks between them. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, text] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, text.length);
  }
  return rows.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
