// The SQLite file beside a target that says what packages have put there. In: its path. Out: an open database of the
// format this program knows. Never: looks at the target.
import { DatabaseSync } from 'node:sqlite';
import { UserError } from '../../lib/errors.ts';
import { migrateDatabase, readVersion } from '../../lib/migrate-database.ts';
import type { Migrations } from '../../lib/migrate-database.ts';

// A row has a third of a kilobyte, so that SQLite's 4,096 bytes make a deep tree, which a new database feels; much larger
// pages would make an update of rows here and there write most of the file.
const PAGE_BYTES = 8192;

/** What helps when the database itself is damaged, and loses nothing that is kept. */
export const REPAIR =
  'packagelink repair --target DIR saves what can be read, keeps the old one beside it, and says what is lost; on a ' +
  'machine that gutinteg keeps, move it away together with its .history: the next run compares everything by content, and ' +
  'what was kept lies there';

/** By the primary code: https://www.sqlite.org/rescode.html */
const HINTS: Readonly<Record<number, string>> = {
  3: 'see who may write there: ls -l, lsattr, and how its file system is mounted',
  5: 'another process holds it: try again when that has ended (fuser says which it is)',
  8: 'see who may write there: ls -l, lsattr, and how its file system is mounted',
  10: 'see what the kernel says of the disk (dmesg), and whether a quota is used up; then try again',
  13: 'free some space on its file system, and try again: nothing is lost',
  14: 'see whether its directory exists, and who may write there: ls -l, lsattr; then try again',
};

/** The columns of one installed path, as state.ts reads and writes them. */
const PATH_COLUMNS = `
  path TEXT PRIMARY KEY, owner TEXT NOT NULL, class TEXT NOT NULL, type TEXT NOT NULL,
  mode INTEGER NOT NULL, uid INTEGER NOT NULL, gid INTEGER NOT NULL, size INTEGER NOT NULL,
  sha256 TEXT NOT NULL, source TEXT NOT NULL, xattrs TEXT NOT NULL, target TEXT NOT NULL,
  inode INTEGER NOT NULL, mtime_ms REAL NOT NULL, ctime_ms REAL NOT NULL, left_alone INTEGER NOT NULL`;

/**
 * `paths` is what is laid down, `intents` what a run that has not ended was about to lay down, `history` what stood in
 * the way of it and was kept. `meta` holds single values: see state.ts.
 */
const FIRST_TABLES = `
  CREATE TABLE paths (${PATH_COLUMNS}) WITHOUT ROWID, STRICT;
  CREATE TABLE intents (${PATH_COLUMNS}) WITHOUT ROWID, STRICT;
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID, STRICT;
  CREATE TABLE history (
    id INTEGER PRIMARY KEY, path TEXT NOT NULL, reason TEXT NOT NULL, run INTEGER NOT NULL, at_ms INTEGER NOT NULL,
    owner TEXT NOT NULL, type TEXT NOT NULL, mode INTEGER NOT NULL, uid INTEGER NOT NULL, gid INTEGER NOT NULL,
    size INTEGER NOT NULL, sha256 TEXT NOT NULL, target TEXT NOT NULL
  ) STRICT;
  CREATE INDEX history_path ON history (path)`;

const MIGRATIONS: Migrations = {
  first: { version: 2, tables: FIRST_TABLES },
  steps: [],
  hint: 'use the gutinteg that wrote it, or a newer one',
};

/**
 * Opens the database of a target, makes it where there is none, and closes it after `work`.
 * @throws UserError when it is damaged or of another format
 */
export function withStateDatabase<T>(file: string, work: (database: DatabaseSync) => T): T {
  const database = openStateDatabase(file);
  try {
    return explained(file, () => work(database));
  } finally {
    database.close();
  }
}

/** Opens the same; the caller closes it. @throws UserError likewise */
export function openStateDatabase(file: string): DatabaseSync {
  return explained(file, () => {
    const database = new DatabaseSync(file, { timeout: 10_000 });
    try {
      if (readVersion(database) === 0) database.exec(`PRAGMA page_size = ${PAGE_BYTES}`);
      migrateDatabase(database, file, MIGRATIONS);
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  });
}

/** What `work` does with the database of that file; SQLite's errors become ones that say what to do. @throws UserError */
export function explained<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const { code, errcode } = error as NodeJS.ErrnoException & { errcode?: number };
    if (code !== 'ERR_SQLITE_ERROR') throw error;
    const hint = hintFor(errcode);
    throw new UserError(`the state database ${file} cannot be used`, { cause: error, hint });
  }
}

// An extended code has the primary one in its lowest byte.
function hintFor(errcode = 0): string {
  return HINTS[errcode & 0xff] ?? REPAIR;
}

/** Runs `work` in one transaction; one that only reads may be deferred: it keeps nobody from reading. */
export function inTransaction(
  database: DatabaseSync,
  work: () => void,
  kind: 'IMMEDIATE' | 'DEFERRED' = 'IMMEDIATE',
): void {
  database.exec(`BEGIN ${kind}`);
  try {
    work();
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}
