// What the fleet's commands print. In: lines, rows, an answer. Out: text on standard output, whose text of hosts cannot steer a
// terminal.
import { printLines } from '../../../machdb/views/printable.ts';
import { tableLines } from './table.ts';

export function print(lines: readonly string[]): void {
  process.stdout.write(printLines(lines));
}

const harmless = (cell: string): string => printLines([cell]).slice(0, -1);

export function printTable(header: readonly string[], rows: readonly (readonly string[])[]): void {
  // Before they are measured: what would steer a terminal is longer when it is written out.
  const cells = [header, ...rows].map((row) => row.map(harmless));
  print(tableLines(cells, process.stdout.isTTY ? process.stdout.columns : undefined));
}

export function printJson(answer: unknown): void {
  process.stdout.write(`${JSON.stringify(answer, null, 2)}\n`);
}
