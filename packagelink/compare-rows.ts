// Rows of a state database beside what lstat shows. In: the database, a target. Out: whether they agree. Never: writes;
// follows a link of the target; looks at a row twice, when two threads begin at either end.
import { lstatSync, readlinkSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { isFatRow, isUntouchedOnFat } from './fat-targets.ts';
import { hashFile } from './hash-file.ts';
import { withStateDatabase } from './state-database.ts';
import { typeOf } from './observed.ts';
import { xattrsKey } from './tree.ts';
import { readXattrs } from './xattrs.ts';

/** What is compared; the same for both threads. */
export type RowComparison = {
  readonly stateFile: string;
  /** The target's real path. */
  readonly root: string;
  /** `packages` leaves out the image's paths. */
  readonly osmode: 'image' | 'packages';
  /** Mount points whose rows are not compared. */
  readonly mounted: readonly string[];
  /** Whether files are read and hashed, too. */
  readonly contents: boolean;
  readonly rows: number;
  /** How many rows each thread has looked at; together they look at all. Shared. */
  readonly progress: Int32Array<SharedArrayBuffer>;
};

/** From which end a thread begins: also its place in `progress`. */
export type End = 0 | 1;

type Row = readonly [
  path: string,
  type: string,
  mode: number,
  uid: number,
  gid: number,
  size: number,
  inode: number,
  mtimeMs: number,
  ctimeMs: number,
  /** Of a directory. */
  xattrs: string | null,
  /** Where contents are compared. */
  sha256?: string,
  target?: string,
];

// Texts that nobody looks at cost as much as a third of the lstats.
const LSTAT_COLUMNS =
  "path, type, mode, uid, gid, size, inode, mtime_ms, ctime_ms, CASE type WHEN 'directory' THEN xattrs END";
const CONTENT_COLUMNS = `${LSTAT_COLUMNS}, sha256, target`;

const CONDITION = { image: 'left_alone = 0', packages: "left_alone = 0 AND class <> 'image'" } as const;

/** How many rows a comparison is about. @throws UserError when the database is damaged or of another format */
export function countComparedRows(stateFile: string, osmode: RowComparison['osmode']): number {
  return withStateDatabase(stateFile, (database) =>
    Number(database.prepare(`SELECT count(*) AS count FROM paths WHERE ${CONDITION[osmode]}`).get()?.['count']),
  );
}

/** Compares until both threads together have seen every row; false from the first row on that is not as it was. */
export function areRowsUntouched(comparison: RowComparison, end: End): boolean {
  const { stateFile, osmode, rows, progress } = comparison;
  const database = new DatabaseSync(stateFile, { timeout: 10_000 });
  try {
    const select = database.prepare(
      `SELECT ${comparison.contents ? CONTENT_COLUMNS : LSTAT_COLUMNS} FROM paths ` +
        `WHERE ${CONDITION[osmode]} ORDER BY path ${end === 0 ? 'ASC' : 'DESC'}`,
    );
    // A hundred thousand rows: none of them becomes an object.
    select.setReturnArrays(true);
    for (const row of select.iterate() as Iterable<unknown> as Iterable<Row>) {
      if (Atomics.load(progress, 0) + Atomics.load(progress, 1) >= rows) return true;
      Atomics.add(progress, end, 1);
      if (isRowUntouched(row, comparison) || isMounted(row[0], comparison)) continue;
      // The other thread need not go on.
      Atomics.add(progress, end, rows);
      return false;
    }
    return true;
  } finally {
    database.close();
  }
}

function isMounted(path: string, { mounted }: RowComparison): boolean {
  return mounted.some((point) => path === point || path.startsWith(`${point}/`));
}

// What cannot be read is not as it was, either: a run looks closer, and says what is wrong.
function isRowUntouched(row: Row, comparison: RowComparison): boolean {
  try {
    return looksUntouched(row, comparison);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    return false;
  }
}

// A forged mtime is noticed by inode and ctime. What lies in a directory changes its times, and is not always ours.
function looksUntouched(row: Row, { root, contents }: RowComparison): boolean {
  const [path, type, mode, uid, gid, size, inode, mtimeMs, ctimeMs, xattrs] = row;
  const place = `${root}/${path}`;
  const stat = lstatSync(place, { throwIfNoEntry: false });
  if (stat === undefined) return false;
  if (isFatRow({ inode })) {
    const now = { type: typeOf(stat), sizeBytes: stat.size, mtimeMs: stat.mtimeMs };
    if (!isUntouchedOnFat({ type, sizeBytes: size, mtimeMs }, now)) return false;
    return !contents || isContentUntouched(row, place, stat);
  }
  if ((stat.mode & 0o7777) !== mode || stat.uid !== uid || stat.gid !== gid) return false;
  if (type === 'directory') return stat.isDirectory() && xattrsKey(readXattrs(place).xattrs) === xattrs;
  if (stat.ino !== inode || stat.size !== size || stat.mtimeMs !== mtimeMs || stat.ctimeMs !== ctimeMs) return false;
  return !contents || isContentUntouched(row, place, stat);
}

// Other names of a file have its inode, so that its bytes are read once.
function isContentUntouched(row: Row, place: string, stat: Stats): boolean {
  const [type, sha256, target] = [row[1], row[10], row[11]];
  if (type === 'file') return stat.isFile() && hashFile(place) === sha256;
  return type !== 'symlink' || readlinkSync(place) === target;
}
