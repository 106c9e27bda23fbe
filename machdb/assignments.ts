// What an object assigns. In: a database and an object. Out: the object's own lines, in order, or their faults.
import type { Fault } from '../lib/errors.ts';
import { lineEnd } from './characters.ts';
import { statementFaults } from './faults.ts';
import { parseStatement } from './parse-statement.ts';
import { readStatement } from './read-statement.ts';
import { createScanned, scanAssignment } from './scan-assignment.ts';
import type { Assignment, Machdb, MachdbObject } from './types.ts';

/** The object's own assignments, in the order in which they were written, and what could not be read. */
export type OwnLines = { readonly assignments: readonly Assignment[]; readonly faults: readonly Fault[] };

const scanned = createScanned();
// The same few hundred names are written a million times: each is cut out once, and looked up by length and two letters.
const names: (string | undefined)[] = Array.from({ length: 4096 });

/** Parses the lines below an object's header. */
export function parseOwnLines(db: Machdb, { file, span }: MachdbObject): OwnLines {
  const text = db.texts.get(file) ?? '';
  const assignments: Assignment[] = [];
  const faults: Fault[] = [];
  let line = span.bodyLine;
  for (let start = span.body; start < span.end;) {
    const end = lineEnd(text, start);
    const result = scanAssignment(text, start, end, scanned);
    const variable = result === 'assignment' ? variableAt(text, scanned.variableStart, scanned.variableEnd) : '';
    if (result === 'unknown' || isReserved(variable)) {
      const { statement, next, nextLine } = readStatement(text, start, line);
      const exact = parseStatement(statement);
      if (exact.parsed.kind === 'assignment') {
        const { variable: name, operator, value, line: at } = exact.parsed;
        assignments.push({ variable: name, operator, value, file, line: at });
      }
      for (const fault of statementFaults(exact.faults, { path: file, text, start, line })) faults.push(fault);
      [start, line] = [next, nextLine];
      continue;
    }
    if (result === 'assignment') {
      const value = text.slice(scanned.valueStart, scanned.valueEnd);
      assignments.push({ variable, operator: scanned.operator, value, file, line });
    }
    start = end + 1;
    line += 1;
  }
  return { assignments, faults };
}

/** The text of an object, from its header to the next one, comments and all. */
export function objectText(db: Machdb, { file, span }: MachdbObject): string {
  return (db.texts.get(file) ?? '').slice(span.start, span.end);
}

function isReserved(variable: string): boolean {
  return variable === 'HOSTNAME' || variable === '__proto__';
}

function variableAt(text: string, start: number, end: number): string {
  const length = end - start;
  const slot =
    (length * 67 + text.charCodeAt(start) * 31 + text.charCodeAt(end - 1) * 7 + text.charCodeAt(end - 2)) % 4096;
  const known = names[slot];
  if (known !== undefined && known.length === length && text.startsWith(known, start)) return known;
  // A copy: a slice would keep the whole text of a database that is long gone.
  const name = Buffer.from(text.slice(start, end), 'latin1').toString('latin1');
  names[slot] = name;
  return name;
}
