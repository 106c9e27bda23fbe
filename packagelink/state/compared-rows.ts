// The rows that runs compare with a target. In: the state database. Out: these rows, as far as lstat can confirm them.
// Never: keeps the database locked while the caller looks at files; writes.
import type { DatabaseSync } from 'node:sqlite';
import type { InstalledPath } from '../tree/installed-path.ts';
import type { PathStat } from '../tree/path-stat.ts';
import { INODE_COLUMN, fromStoredInode } from './inode-column.ts';
import { explained, openStateDatabase } from './state-database.ts';

/** A row of `paths`, as far as it is compared; with digest and target of a link where contents are, too. */
export type ComparedRow = PathStat &
  Pick<InstalledPath, 'path' | 'type' | 'xattrs'> &
  Partial<Pick<InstalledPath, 'sha256' | 'target'>>;

type Asked = {
  /** `packages` leaves out the image's paths. */
  readonly osmode: 'image' | 'packages';
  readonly contents: boolean;
  readonly rowsAtOnce?: number;
};

const COLUMNS = `path, type, mode, uid, gid, size, ${INODE_COLUMN}, mtime_ms, ctime_ms, xattrs`;
const COMPARED = { image: 'left_alone = 0', packages: "left_alone = 0 AND class <> 'image'" } as const;
// A thousand at once were not faster, and needed 8 MB more.
const ROWS_AT_ONCE = 100;

/** All rows in the order of their paths, a hundred at a time. @throws UserError when the database is damaged */
export function* readComparedRows(
  file: string,
  { osmode, contents, rowsAtOnce = ROWS_AT_ONCE }: Asked,
): Generator<ComparedRow[]> {
  const database = openStateDatabase(file);
  try {
    const readAfter = portionReader(database, { osmode, contents, rowsAtOnce });
    for (let last = ''; ;) {
      const rows = explained(file, () => readAfter(last));
      yield rows;
      if (rows.length < rowsAtOnce) return;
      last = rows.at(-1)?.path ?? last;
    }
  } finally {
    database.close();
  }
}

function portionReader(
  database: DatabaseSync,
  { osmode, contents, rowsAtOnce }: Required<Asked>,
): (last: string) => ComparedRow[] {
  const columns = contents ? `${COLUMNS}, sha256, target` : COLUMNS;
  const select = database.prepare(
    `SELECT ${columns} FROM paths WHERE ${COMPARED[osmode]} AND path > ? ORDER BY path LIMIT ${rowsAtOnce}`,
  );
  // A hundred thousand rows in every run: as arrays they take half as long.
  select.setReturnArrays(true);
  return (last) => (select.all(last) as unknown as Row[]).map(asComparedRow);
}

type Row = readonly [
  path: string,
  type: ComparedRow['type'],
  mode: number,
  uid: number,
  gid: number,
  size: number,
  inode: number | string,
  mtimeMs: number,
  ctimeMs: number,
  xattrs: string,
  sha256?: string,
  target?: string,
];

function asComparedRow(row: Row): ComparedRow {
  const [path, type, mode, uid, gid, sizeBytes, stored, mtimeMs, ctimeMs, xattrs, sha256, target] = row;
  const inode = fromStoredInode(stored);
  const compared = { path, type, mode, uid, gid, sizeBytes, inode, mtimeMs, ctimeMs, xattrs };
  return sha256 === undefined || target === undefined ? compared : { ...compared, sha256, target };
}
