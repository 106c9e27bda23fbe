// The language of the machine database (docs/machdb.md).
// In: the text of the files. Out: objects with file and line, or every fault at once. Never: reads a file, resolves.
import type { Fault } from '../lib/errors.ts';
import { faultAt, faultsError, sortFaults } from './faults.ts';
import type { Problem } from './faults.ts';
import { linkObjects } from './link.ts';
import { parseUnquoted, parseValue } from './parse-value.ts';
import { joinLines, placeOf, splitLines, trimStart } from './statements.ts';
import type { Source, Statement } from './statements.ts';
import type { Assignment, Machdb, MachdbObject, Operator, Parent } from './types.ts';

type OpenObject = MachdbObject & { readonly assignments: Assignment[] };
type Reader = {
  readonly source: Source;
  readonly objects: MachdbObject[];
  readonly faults: Fault[];
  /** The object that assignments go to; undefined before the first header. */
  current: OpenObject | undefined;
};

/** What was being done when the files of a database turned out to be faulty. */
export const readingMachdb = 'reading the machine database';

const ASSIGNMENT = /^[ \t]*([A-Za-z_][A-Za-z0-9_]*)[ \t]*([-+]?=)/;
const HEADER = /^[ \t]*([A-Za-z0-9_][A-Za-z0-9_.-]*)[ \t]*:/;
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;
// Control characters but tab, and halves of surrogate pairs.
const FORBIDDEN = /(?!\t)[\p{Cc}\p{Cs}]/u;

/**
 * Parses the files of one database; an object must be whole in one file.
 * @throws FaultsError with every fault of grammar and structure: unknown parents, cycles, duplicate objects.
 */
export function parseMachdb(files: readonly { path: string; text: string }[]): Machdb {
  const { db, faults } = readMachdb(files);
  if (faults.length > 0) throw faultsError(readingMachdb, faults);
  return db;
}

/** As parseMachdb, but hands the faults back, so that a caller can add its own before it throws. */
export function readMachdb(files: readonly { path: string; text: string }[]): { db: Machdb; faults: Fault[] } {
  const sources = files.map(({ path, text }) => splitLines(path, text));
  const faults: Fault[] = [];
  const objects = sources.flatMap((source) => parseSource(source, faults));
  const lines = new Map(sources.map((source) => [source.path, source.lines]));
  const linked = linkObjects(objects, lines);
  const all = sortFaults(lines.keys(), [...faults, ...linked.faults]);
  return { db: { objects: linked.objects, sources: lines }, faults: all };
}

function parseSource(source: Source, faults: Fault[]): MachdbObject[] {
  const reader: Reader = { source, objects: [], faults, current: undefined };
  for (const statement of joinLines(source)) parseStatement(reader, statement);
  return reader.objects;
}

function parseStatement(reader: Reader, statement: Statement): void {
  const text = trimStart(statement.text);
  if (text === '') return;
  const forbidden = FORBIDDEN.exec(statement.text);
  if (forbidden !== null) return reportCharacter(reader, statement, forbidden);
  if (text.startsWith('#')) return;
  const assignment = ASSIGNMENT.exec(statement.text);
  if (assignment !== null) return parseAssignment(reader, statement, assignment);
  const header = HEADER.exec(statement.text);
  if (header !== null) return parseHeader(reader, statement, header);
  reportStrange(reader, statement);
}

function parseAssignment(reader: Reader, statement: Statement, match: RegExpExecArray): void {
  const [head, variable = '', operator = ''] = match;
  const start = statement.text.indexOf(variable);
  const { value, offset, problem } = parseValue(statement, head.length);
  if (problem !== undefined) return report(reader, statement, offset, problem);
  if (variable === 'HOSTNAME' || variable === '__proto__') {
    const message = variable === 'HOSTNAME' ? 'HOSTNAME is always the name of the object' : `${variable} is reserved`;
    return report(reader, statement, start, { message, suggestion: 'choose another variable' });
  }
  if (reader.current === undefined) {
    const message = `${variable} stands before the first header of this file`;
    return report(reader, statement, start, { message, suggestion: 'begin an object with `NAME: PARENT…`' });
  }
  const { line } = placeOf(statement, start);
  reader.current.assignments.push({ variable, operator: operator as Operator, value, file: reader.source.path, line });
}

function parseHeader(reader: Reader, statement: Statement, match: RegExpExecArray): void {
  const [head, name = ''] = match;
  const start = statement.text.indexOf(name);
  if (start > 0) {
    const message = `the header of ${name} is indented`;
    report(reader, statement, 0, { message, suggestion: 'begin it in column one, or quote the value it belongs to' });
  }
  const { line } = placeOf(statement, start);
  const parents = parseParents(reader, statement, head.length);
  // Also with faults: what follows belongs to this object, not to the one before.
  reader.current = { name, parents, assignments: [], file: reader.source.path, line };
  reader.objects.push(reader.current);
}

function parseParents(reader: Reader, statement: Statement, from: number): Parent[] {
  const { value, offset, problem } = parseUnquoted(statement, from);
  if (problem !== undefined) {
    report(reader, statement, offset, problem);
    return [];
  }
  const parents: Parent[] = [];
  for (const match of value.matchAll(/[^ \t]+/g)) {
    const [name] = match;
    if (NAME.test(name)) parents.push({ name, ...placeOf(statement, offset + match.index) });
    else {
      const message = `'${name.slice(0, 80)}' is not the name of an object`;
      const suggestion = name.includes('=')
        ? 'write assignments on lines of their own'
        : 'separate parents with blanks; names are made of letters, digits and . _ -';
      report(reader, statement, offset + match.index, { message, suggestion });
    }
  }
  return parents;
}

function reportStrange(reader: Reader, statement: Statement): void {
  const start = statement.text.length - trimStart(statement.text).length;
  const word = /^[^:=]*/.exec(statement.text.slice(start))?.[0] ?? '';
  const mark = statement.text[start + word.length];
  const shown = word.trim().slice(0, 80);
  if (mark === '=') {
    const suggestion = 'variables are made of letters, digits and _, and do not begin with a digit';
    return report(reader, statement, start, { message: `'${shown}' is not a variable`, suggestion });
  }
  if (mark === ':' && start === 0) {
    // A header all the same: what follows must not fall to the object before it.
    reader.current = { name: '', parents: [], assignments: [], file: reader.source.path, line: 0 };
    const suggestion = 'names are made of letters, digits and . _ -';
    return report(reader, statement, start, { message: `'${shown}' is not the name of an object`, suggestion });
  }
  report(reader, statement, start, { message: 'neither a header `NAME: PARENT…` nor an assignment `VAR=value`' });
}

function reportCharacter(reader: Reader, statement: Statement, match: RegExpExecArray): void {
  const code = (match[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  report(reader, statement, match.index, { message: `character U+${code} is not allowed in a text file` });
}

function report(reader: Reader, statement: Statement, offset: number, problem: Problem) {
  reader.faults.push(faultAt(reader.source, placeOf(statement, offset), problem));
}
