// Output that a question has formatted itself: one row a line, fields between tabs. Pure.
import { cutText } from '../lib/cut-text.ts';
import { FaultsError } from '../lib/errors.ts';
import type { Fault } from '../lib/errors.ts';

/**
 * The fields of every row, at least `count` of them, as the type says.
 * @param what names the output in errors: `dpkg-query -W`
 * @throws FaultsError with every line that has another number of fields
 */
export function parseRows<Row extends readonly string[]>(stdout: string, count: Row['length'], what: string): Row[] {
  const lines = stdout.split('\n');
  // What follows the last line break is empty.
  if (lines.at(-1) === '') lines.pop();
  const rows = lines.map((line) => line.split('\t'));
  const faults = rows.flatMap((row, index): Fault[] =>
    row.length === count ? [] : [unexpectedLine(what, index, lines[index] ?? '', `${count} fields between tabs`)],
  );
  if (faults.length > 0) throw new FaultsError(what, faults.slice(0, 20), { exitCode: 1 });
  return rows as unknown as Row[];
}

function unexpectedLine(what: string, index: number, text: string, expected: string): Fault {
  return { severity: 'error', where: what, line: index + 1, message: `expected ${expected}`, text: cutText(text, 200) };
}
