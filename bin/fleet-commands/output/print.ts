// What the fleet's commands print. In: lines, rows, an answer. Out: text on standard output, whose text of hosts cannot steer a
// terminal.
import { printLines } from '../../../machdb/views/printable.ts';
import { tableLines } from './table.ts';

export function print(lines: readonly string[]): void {
  process.stdout.write(printLines(lines));
}

export function printTable(header: readonly string[], rows: readonly (readonly string[])[]): void {
  print(tableLines([header, ...rows], process.stdout.isTTY ? process.stdout.columns : undefined));
}

export function printJson(answer: unknown): void {
  process.stdout.write(`${JSON.stringify(answer, null, 2)}\n`);
}
