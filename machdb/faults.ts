import { hideValue } from '../lib/secret-variables.ts';
import { FaultsError } from '../lib/errors.ts';
import type { Fault } from '../lib/errors.ts';
import { lineEnd } from './characters.ts';
import type { Machdb, SourceLine } from './types.ts';

/** `message` is a sentence without a final full stop. */
export type Problem = { readonly message: string; readonly suggestion?: string };

const LONGEST_EXCERPT = 200;
/** How many faults are shown of a flood. */
export const MOST_FAULTS = 500;

const lineStarts = new WeakMap<Machdb, Map<string, readonly number[]>>();

/** Errors at lines and columns (from 1, in order) of a statement that begins at `start`, in line `line` of a text. */
export function statementFaults(
  found: readonly (Problem & { readonly line: number; readonly column: number })[],
  statement: { readonly path: string; readonly text: string; readonly start: number; readonly line: number },
): Fault[] {
  const { path, text } = statement;
  let at = statement.start;
  let current = statement.line;
  return found.map(({ line, column, ...problem }) => {
    for (; current < line; current += 1) at = lineEnd(text, at) + 1;
    const excerpt = column > LONGEST_EXCERPT ? {} : excerptOf(lineAt(text, at));
    return { severity: 'error', where: path, line, column, ...excerpt, ...problem };
  });
}

/** An error at a line of the database, with the line and, when the column (from 1) is known, a caret below it. */
export function faultAtLine(
  db: Machdb,
  { file, line, column }: SourceLine & { readonly column?: number },
  problem: Problem,
): Fault {
  const caret = column === undefined ? {} : { column };
  const excerpt = column !== undefined && column > LONGEST_EXCERPT ? {} : excerptOf(lineOf(db, file, line));
  return { severity: 'error', where: file, line, ...caret, ...excerpt, ...problem };
}

/** The same as a warning: the database may be used as it is. */
export function warningAtLine(db: Machdb, place: SourceLine & { readonly column?: number }, problem: Problem): Fault {
  return { ...faultAtLine(db, place, problem), severity: 'warning' };
}

/** The same fault with the line that it is about, when it names one and does not show it yet. */
export function withExcerpt(db: Machdb, fault: Fault): Fault {
  if (fault.text !== undefined || fault.line === undefined) return fault;
  return { ...fault, ...excerptOf(lineOf(db, fault.where, fault.line)) };
}

/**
 * One error for all faults; of a flood only the first 500 are shown, errors before warnings, and how many are not.
 * `hidden` more were found and not kept.
 */
export function faultsError(what: string, faults: readonly Fault[], hidden = 0): FaultsError {
  if (faults.length <= MOST_FAULTS && hidden === 0) return new FaultsError(what, faults);
  const { error = [], warning = [] } = Object.groupBy(faults, ({ severity }) => severity);
  const shown = [...error.slice(0, MOST_FAULTS), ...warning.slice(0, MOST_FAULTS)].slice(0, MOST_FAULTS);
  const more = faults.length - shown.length + hidden;
  return new FaultsError(`${what} (${more} more are not shown)`, shown);
}

/** In the order of the files, then of lines and columns. */
export function sortFaults(files: Iterable<string>, faults: readonly Fault[]): Fault[] {
  const order = new Map([...files].map((file, index) => [file, index]));
  const position = (fault: Fault) =>
    [order.get(fault.where) ?? order.size, fault.line ?? 0, fault.column ?? 0] as const;
  return faults.toSorted((a, b) => {
    const [fileA, lineA, columnA] = position(a);
    const [fileB, lineB, columnB] = position(b);
    return fileA - fileB || lineA - lineB || columnA - columnB;
  });
}

/** A line of a file, from 1; a table of where lines begin is made for each file that has a fault. */
function lineOf(db: Machdb, file: string, line: number): string | undefined {
  const text = db.texts.get(file);
  if (text === undefined) return undefined;
  const tables = lineStarts.get(db) ?? new Map<string, readonly number[]>();
  lineStarts.set(db, tables);
  const starts = tables.get(file) ?? findLineStarts(text);
  tables.set(file, starts);
  const start = starts[line - 1];
  return start === undefined ? undefined : lineAt(text, start);
}

function findLineStarts(text: string): number[] {
  const starts = [0];
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', end + 1)) starts.push(end + 1);
  return starts;
}

function lineAt(text: string, start: number): string {
  const line = text.slice(start, lineEnd(text, start));
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

/** Control characters would move the caret, or command the terminal. */
function excerptOf(line: string | undefined): { text?: string } {
  return line === undefined
    ? {}
    : {
        text: hideValue(line)
          .slice(0, LONGEST_EXCERPT)
          .replaceAll(/(?!\t)\p{Cc}/gu, '\uFFFD'),
      };
}
