// What the fleet's commands print. In: lines, rows, an answer. Out: text on standard output, whose text of hosts cannot steer a
// terminal.
import { harmlessJson, harmlessLine } from '../../../lib/harmless-text.ts';
import { printLines } from '../../../machdb/views/printable.ts';
import { tableLines } from './table.ts';

export function print(lines: readonly string[]): void {
  process.stdout.write(printLines(lines));
}

export function printTable(header: readonly string[], rows: readonly (readonly string[])[]): void {
  // Before they are measured: what would steer a terminal is longer when it is written out.
  const cells = [header, ...rows].map((row) => row.map(harmlessLine));
  print(tableLines(cells, process.stdout.isTTY ? process.stdout.columns : undefined));
}

export function printJson(answer: unknown): void {
  process.stdout.write(`${harmlessJson(JSON.stringify(answer, null, 2))}\n`);
}
