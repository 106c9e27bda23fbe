// Columns of lstat, as they are written. In: rows, the state database in a transaction of the caller. Out: parts of columns,
// and triggers that note each row that changes later. Never: looks at a target.
import type { DatabaseSync } from 'node:sqlite';
import {
  COMPARED,
  LSTAT,
  ROWS_IN_PART,
  collectPart,
  listParts,
  selectChanged,
  selectCompared,
} from './lstat-columns.ts';
import type { ComparedRow, LstatPart } from './lstat-columns.ts';
import { comparePaths } from '../package/package-path.ts';

// The columns, and paths whose rows are no longer as these say. A database of a program from before has neither; such a
// program can go on with one that has, as the triggers note what it does.
const TABLES = `
  CREATE TABLE IF NOT EXISTS lstat_columns (
    part INTEGER PRIMARY KEY, later INTEGER NOT NULL, paths TEXT NOT NULL, stats BLOB NOT NULL, xattrs TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS lstat_stale (path TEXT PRIMARY KEY) WITHOUT ROWID, STRICT`;

// They are there when the columns are: whoever changes a row, this program or a hand, it is noted.
const NOTE = 'INSERT OR IGNORE INTO lstat_stale (path) VALUES';
const TRIGGERS = `
  CREATE TRIGGER lstat_inserted AFTER INSERT ON paths BEGIN ${NOTE} (new.path); END;
  CREATE TRIGGER lstat_updated AFTER UPDATE ON paths BEGIN ${NOTE} (old.path), (new.path); END;
  CREATE TRIGGER lstat_deleted AFTER DELETE ON paths BEGIN ${NOTE} (old.path); END`;
const CLEAR = `
  DROP TRIGGER IF EXISTS lstat_inserted; DROP TRIGGER IF EXISTS lstat_updated; DROP TRIGGER IF EXISTS lstat_deleted;
  DELETE FROM lstat_columns; DELETE FROM lstat_stale`;

// Of all parts, how many may be later ones before all are written anew.
const LATER_SHARE = 1 / 3;

export type ColumnWriter = {
  readonly add: (row: ComparedRow) => void;
  /** After the last row. */
  readonly finish: () => void;
};

/** Writes the columns of all rows as they come, in any order, in place of those that there are. */
export function writeColumns(database: DatabaseSync): ColumnWriter {
  database.exec(`${TABLES}; ${CLEAR}`);
  const parts = partWriter(database, { later: false });
  return {
    add: parts.add,
    finish: () => {
      parts.finish();
      database.exec(TRIGGERS);
    },
  };
}

/** Brings the columns to what the rows say: by a part for what has changed, or wholly. */
export function renewColumns(database: DatabaseSync): void {
  const parts = listParts(database);
  if (parts.length === 0) {
    writeAll(database);
    return;
  }
  const later = parts.filter((part) => part.later).length;
  const stale = Number(database.prepare('SELECT count(*) AS count FROM lstat_stale').get()?.['count']);
  const tooMany = later + Math.ceil(stale / ROWS_IN_PART) > parts.length * LATER_SHARE;
  if (tooMany) writeAll(database);
  else if (stale > 0) addChanged(database);
}

function writeAll(database: DatabaseSync): void {
  const columns = writeColumns(database);
  for (const row of selectCompared(database, `FROM paths WHERE ${COMPARED.image} ORDER BY path`)) columns.add(row);
  columns.finish();
}

// What is gone, or left alone now, stays stale: no part has it.
function addChanged(database: DatabaseSync): void {
  const parts = partWriter(database, { later: true });
  const changed = [...selectChanged(database)];
  for (const row of changed) parts.add(row);
  parts.finish();
  const remove = database.prepare('DELETE FROM lstat_stale WHERE path = ?');
  for (const [path] of changed) remove.run(path);
}

function partWriter(database: DatabaseSync, { later }: { readonly later: boolean }): ColumnWriter {
  const insert = database.prepare('INSERT INTO lstat_columns (later, paths, stats, xattrs) VALUES (?, ?, ?, ?)');
  const collector = collectPart(ROWS_IN_PART);
  const finish = () => {
    const { paths, stats, xattrs } = sortPart(collector.take());
    const bytes = new Uint8Array(stats.buffer, stats.byteOffset, stats.byteLength);
    if (paths.length > 0) insert.run(later ? 1 : 0, JSON.stringify(paths), bytes, JSON.stringify([...xattrs]));
  };
  return {
    add: (row) => {
      collector.add(row);
      if (collector.count() === ROWS_IN_PART) finish();
    },
    finish,
  };
}

// Whoever reads it walks along another sorted list. A full run lays files in the order of packs, which is nearly this one.
function sortPart(part: LstatPart): LstatPart {
  const { paths, stats, xattrs } = part;
  if (paths.every((path, index) => index === 0 || (paths[index - 1] ?? '') < path)) return part;
  const order = paths.map((path, index) => ({ path, index })).toSorted(comparePaths);
  const sorted = new Float64Array(stats.length);
  for (const [to, { index: from }] of order.entries())
    sorted.set(stats.subarray(from * LSTAT.numbers, (from + 1) * LSTAT.numbers), to * LSTAT.numbers);
  return { paths: order.map(({ path }) => path), stats: sorted, xattrs };
}
