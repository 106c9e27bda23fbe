// Columns of lstat, as they are read. In: the state database in a transaction of the caller. Out: parts, and which of their
// rows still say what is. Never: writes.
import type { DatabaseSync } from 'node:sqlite';
import { UserError } from '../../lib/errors.ts';
import { LSTAT, collectPart, listParts, selectChanged } from './lstat-columns.ts';
import type { LstatPart } from './lstat-columns.ts';
import { comparePaths } from '../package/package-path.ts';

/** `isPast` tells, by its place in the part, a row that has changed since. */
export type ReadPart = { readonly part: LstatPart; readonly isPast: (index: number) => boolean };

/** A path that older parts have, too: in which part it is as it is now, if in one. */
type Newer = { readonly path: string; readonly part: number | undefined };

/** All parts in their order, the rows that no part has as the last one, if there are columns; read when it is called. */
export function readColumns(database: DatabaseSync): (() => ReadPart)[] {
  const numbers = listParts(database);
  if (numbers.length === 0) return [];
  const read = partReader(database);
  const stale = readStale(database);
  const latest = new Map<string, number | undefined>();
  for (const { part, later } of numbers) if (later) for (const path of read(part).paths) latest.set(path, part);
  for (const path of stale) latest.set(path, undefined);
  const newer = [...latest].map(([path, part]): Newer => ({ path, part })).toSorted(comparePaths);
  const readOne = (number: number): ReadPart => {
    const part = read(number);
    return { part, isPast: newer.length === 0 ? neverPast : findPast(part.paths, number, newer) };
  };
  const readChanged = (): ReadPart => {
    const collector = collectPart(stale.length);
    for (const row of selectChanged(database)) collector.add(row);
    return { part: collector.take(), isPast: neverPast };
  };
  const readers = numbers.map(({ part }) => readOne.bind(undefined, part));
  return [...readers, readChanged];
}

export const neverPast = (): boolean => false;

// Both are sorted. Looking each path up would take as long as its lstat: its text would have to be hashed.
function findPast(paths: readonly string[], part: number, newer: readonly Newer[]): ReadPart['isPast'] {
  const past = new Uint8Array(paths.length);
  let at = firstFrom(paths[0] ?? '', newer);
  for (const [index, path] of paths.entries()) {
    while ((newer[at]?.path ?? path) < path) at += 1;
    const found = newer[at];
    if (found?.path === path && found.part !== part) past[index] = 1;
  }
  return (index) => past[index] === 1;
}

function firstFrom(path: string, newer: readonly Newer[]): number {
  let [low, high] = [0, newer.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((newer[middle]?.path ?? '') < path) low = middle + 1;
    else high = middle;
  }
  return low;
}

function readStale(database: DatabaseSync): string[] {
  const rows = database.prepare('SELECT path FROM lstat_stale').all();
  return rows.map((row) => String(row['path']));
}

/** @throws UserError for one that is damaged */
function partReader(database: DatabaseSync): (part: number) => LstatPart {
  const select = database.prepare('SELECT paths, stats, xattrs FROM lstat_columns WHERE part = ?');
  return (part) => {
    try {
      return decodePart(select.get(part) as unknown as StoredPart);
    } catch (error) {
      if (!(error instanceof SyntaxError) && !(error instanceof TypeError)) throw error;
      throw new UserError(`the state database, columns of lstat: part ${part} is damaged`, {
        cause: error,
        hint: 'move it away: the next run compares everything by content and writes a new one',
      });
    }
  };
}

type StoredPart = { readonly paths: string; readonly stats: Uint8Array; readonly xattrs: string };

// Checked by hand, as a second thread would need a while to read what zod is. Numbers are compared, and need no check.
function decodePart({ paths: text, stats: bytes, xattrs }: StoredPart): LstatPart {
  const paths = JSON.parse(text) as unknown;
  const pairs = JSON.parse(xattrs) as unknown;
  const isPair = (pair: unknown) => Array.isArray(pair) && pair.length === 2;
  if (!Array.isArray(paths) || !paths.every((path) => typeof path === 'string')) throw new TypeError('paths');
  if (!Array.isArray(pairs) || !pairs.every(isPair)) throw new TypeError('attributes');
  if (bytes.length !== paths.length * LSTAT.numbers * Float64Array.BYTES_PER_ELEMENT) throw new TypeError('length');
  // A copy begins where a number may begin.
  const stats = new Float64Array(Uint8Array.from(bytes).buffer);
  return { paths, stats, xattrs: new Map(pairs as [string, string][]) };
}
