import { FaultsError } from '../lib/errors.ts';
import type { Fault } from '../lib/errors.ts';
import type { Machdb, Place } from './types.ts';

/** `message` is a sentence without a final full stop. */
export type Problem = { readonly message: string; readonly suggestion?: string };

const LONGEST_EXCERPT = 200;
const MOST_FAULTS = 500;

/** An error at a line and column (both from 1) of a file, with the line where it is short enough to help. */
export function faultAt(
  source: { readonly path: string; readonly lines: readonly string[] },
  place: { line: number; column: number },
  problem: Problem,
): Fault {
  const excerpt = place.column > LONGEST_EXCERPT ? {} : excerptOf(source.lines[place.line - 1]);
  return { severity: 'error', where: source.path, line: place.line, column: place.column, ...excerpt, ...problem };
}

/** An error at a line of the database, with the line. */
export function faultAtLine(db: Machdb, { file, line }: Place, problem: Problem): Fault {
  return { severity: 'error', where: file, line, ...excerptOf(db.sources.get(file)?.[line - 1]), ...problem };
}

/** The same fault with the line that it is about, when it names one and does not show it yet. */
export function withExcerpt(db: Machdb, fault: Fault): Fault {
  if (fault.text !== undefined || fault.line === undefined) return fault;
  return { ...fault, ...excerptOf(db.sources.get(fault.where)?.[fault.line - 1]) };
}

/** One error for all faults; of a flood only the first 500 are shown, and how many are not. */
export function faultsError(what: string, faults: readonly Fault[]): FaultsError {
  const left = faults.length - MOST_FAULTS;
  return left <= 0
    ? new FaultsError(what, faults)
    : new FaultsError(`${what} (${left} more faults are not shown)`, faults.slice(0, MOST_FAULTS));
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

/** Control characters would move the caret, or command the terminal. */
function excerptOf(line: string | undefined): { text?: string } {
  return line === undefined ? {} : { text: line.slice(0, LONGEST_EXCERPT).replaceAll(/(?!\t)\p{Cc}/gu, '\uFFFD') };
}
