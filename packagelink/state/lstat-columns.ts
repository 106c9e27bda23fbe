// What lstat said of paths, in columns: SQLite takes as long for a row as lstat for a path, and a tenth of it for the same in
// a column of a thousand. In: rows of a state database. Out: parts. Never: says what the table `paths` does not; writes.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { TreeEntry } from '../tree/tree.ts';

/** At most so many rows are in one part. */
export const ROWS_IN_PART = 1000;

/** Rows that are compared: for each a path and `LSTAT.numbers` numbers; contents where they are compared, too. */
export type LstatPart = {
  readonly paths: readonly string[];
  readonly stats: Float64Array;
  /** Of directories that have any. */
  readonly xattrs: ReadonlyMap<string, string>;
  readonly contents?: readonly { readonly sha256: string; readonly target: string }[];
};

/** Which number of a row is what; `type` is an index of `TYPES`, `image` is 1 for a path of the image. */
export const LSTAT = {
  mode: 0,
  uid: 1,
  gid: 2,
  size: 3,
  inode: 4,
  mtimeMs: 5,
  ctimeMs: 6,
  type: 7,
  image: 8,
  numbers: 9,
} as const;

export const TYPES: readonly TreeEntry['type'][] = ['file', 'directory', 'symlink', 'special', 'hardlink'];

const COMPARED_COLUMNS = 'path, type, class, xattrs, mode, uid, gid, size, inode, mtime_ms, ctime_ms';

/** A row of `paths`, as far as it is compared. */
export type ComparedRow = readonly [
  path: string,
  type: TreeEntry['type'],
  pathClass: string,
  xattrs: string,
  mode: number,
  uid: number,
  gid: number,
  size: number,
  inode: number,
  mtimeMs: number,
  ctimeMs: number,
  /** Where contents are compared. */
  sha256?: string,
  target?: string,
];

/** The rows that runs compare; `packages` leaves out the image's paths. */
export const COMPARED = { image: 'left_alone = 0', packages: "left_alone = 0 AND class <> 'image'" } as const;

/** Later parts have rows that have changed since the others were written. */
export type PartNumber = { readonly part: number; readonly later: boolean };

/** The parts in their order; none where there are no columns. */
export function listParts(database: DatabaseSync): PartNumber[] {
  const table = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'lstat_columns'").get();
  if (table === undefined) return [];
  const rows = database.prepare('SELECT part, later FROM lstat_columns ORDER BY part').all();
  return rows.map((row) => ({ part: Number(row['part']), later: row['later'] === 1 }));
}

type Collector = {
  readonly add: (row: ComparedRow) => void;
  readonly count: () => number;
  /** What was added since the last one; valid until the next row is added. */
  readonly take: () => LstatPart;
};

/** Makes parts of at most so many rows. */
export function collectPart(most: number): Collector {
  const stats = new Float64Array(most * LSTAT.numbers);
  let paths: string[] = [];
  let contents: { sha256: string; target: string }[] = [];
  let xattrs = new Map<string, string>();
  return {
    add: (row) => {
      const [path, type, pathClass, attributes] = row;
      const at = paths.length * LSTAT.numbers;
      for (let column = LSTAT.mode; column <= LSTAT.ctimeMs; column += 1)
        stats[at + column] = row[column + 4] as number;
      stats[at + LSTAT.type] = TYPES.indexOf(type);
      stats[at + LSTAT.image] = pathClass === 'image' ? 1 : 0;
      if (type === 'directory' && attributes !== '') xattrs.set(path, attributes);
      if (row[11] !== undefined) contents.push({ sha256: row[11], target: row[12] ?? '' });
      paths.push(path);
    },
    count: () => paths.length,
    take: () => {
      const part = { paths, stats: stats.subarray(0, paths.length * LSTAT.numbers), xattrs, contents };
      [paths, xattrs, contents] = [[], new Map(), []];
      return part;
    },
  };
}

/** A query, which begins after the columns, for rows as arrays: a hundred thousand of them, and none becomes an object. */
export function prepareCompared(database: DatabaseSync, rest: string): StatementSync {
  const select = database.prepare(`SELECT ${COMPARED_COLUMNS} ${rest}`);
  select.setReturnArrays(true);
  return select;
}

/** Its rows, one after the other. */
export function selectCompared(database: DatabaseSync, rest: string): Iterable<ComparedRow> {
  return prepareCompared(database, rest).iterate() as Iterable<unknown> as Iterable<ComparedRow>;
}

/** The rows that have changed since the columns were written. CROSS: the few are looked up among the many, not the other way. */
export function selectChanged(database: DatabaseSync): Iterable<ComparedRow> {
  return selectCompared(database, `FROM lstat_stale CROSS JOIN paths USING (path) WHERE ${COMPARED.image}`);
}
