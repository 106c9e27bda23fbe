// What was laid down on a target, as it was then. In and out: rows of a SQLite file. Never: looks at the target.
import { DatabaseSync } from 'node:sqlite';
import type { Stats } from 'node:fs';
import { z } from 'zod';
import { UserError } from '../lib/errors.ts';
import { parseEdge } from '../lib/parse-edge.ts';
import type { PathClass, TreeEntry } from './tree.ts';
import { xattrsKey } from './tree.ts';

const VERSION = 1;
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS paths (
    path TEXT PRIMARY KEY, owner TEXT NOT NULL, class TEXT NOT NULL, type TEXT NOT NULL,
    mode INTEGER NOT NULL, uid INTEGER NOT NULL, gid INTEGER NOT NULL, size INTEGER NOT NULL,
    sha256 TEXT NOT NULL, source TEXT NOT NULL, xattrs TEXT NOT NULL, target TEXT NOT NULL,
    inode INTEGER NOT NULL, mtime_ms REAL NOT NULL, ctime_ms REAL NOT NULL
  ) WITHOUT ROWID, STRICT`;
const COLUMNS =
  'path, owner, class, type, mode, uid, gid, size, sha256, source, xattrs, target, inode, mtime_ms, ctime_ms';

const classSchema = z.enum(['image', 'package', 'generated', 'mutable']) satisfies z.ZodType<PathClass>;
const typeSchema = z.enum(['directory', 'file', 'symlink', 'hardlink']) satisfies z.ZodType<TreeEntry['type']>;

/** What lstat says of a path, as far as it shows whether somebody has touched it. `mode` is permission bits. */
export type PathStat = {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes: number;
  readonly inode: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
};

/**
 * One path as it was laid down, with lstat's answer right after. `sha256` is of the installed bytes (empty when there
 * are none), `source` the key of what they were made from, `xattrs` as `xattrsKey` writes them, `target` of a link.
 */
export type InstalledPath = PathStat & {
  readonly path: string;
  readonly owner: string;
  readonly class: PathClass;
  readonly type: TreeEntry['type'];
  readonly sha256: string;
  readonly source: string;
  readonly xattrs: string;
  readonly target: string;
};

/** The part of an lstat that the database keeps. */
export function asPathStat(stat: Stats): PathStat {
  const { uid, gid, size: sizeBytes, ino: inode, mtimeMs, ctimeMs } = stat;
  return { mode: stat.mode & 0o7777, uid, gid, sizeBytes, inode, mtimeMs, ctimeMs };
}

/** All paths that packages have put on a target; empty when there is no such file yet. @throws UserError */
export function readState(file: string): Map<string, InstalledPath> {
  return withDatabase(file, (database) => {
    const rows = database.prepare(`SELECT ${COLUMNS} FROM paths`).all();
    return new Map(rows.map((row) => [String(row['path']), asInstalledPath(row)]));
  });
}

/** Writes and removes rows in one transaction. */
export function updateState(file: string, changed: Iterable<InstalledPath>, removed: Iterable<string>): void {
  withDatabase(file, (database) => {
    const insert = database.prepare(
      `INSERT OR REPLACE INTO paths (${COLUMNS}) VALUES (${COLUMNS.replaceAll(/\w+/g, '?')})`,
    );
    const remove = database.prepare('DELETE FROM paths WHERE path = ?');
    database.exec('BEGIN');
    for (const row of changed) {
      insert.run(
        row.path,
        row.owner,
        row.class,
        row.type,
        row.mode,
        row.uid,
        row.gid,
        row.sizeBytes,
        row.sha256,
        row.source,
        row.xattrs,
        row.target,
        row.inode,
        row.mtimeMs,
        row.ctimeMs,
      );
    }
    for (const path of removed) remove.run(path);
    database.exec('COMMIT');
  });
}

/** The row for an entry whose installed bytes have the digest `sha256`. */
export function installedPath(
  entry: Exclude<TreeEntry, { type: 'hardlink' }>,
  sha256: string,
  stat: PathStat,
): InstalledPath {
  const { path, owner, type } = entry;
  return {
    path,
    owner,
    class: entry.class,
    type,
    ...stat,
    sha256,
    source: type === 'file' ? entry.sourceKey : '',
    xattrs: xattrsKey(entry.xattrs),
    target: type === 'symlink' ? entry.target : '',
  };
}

/** The row for another name of a file that has `first` as its row. */
export function installedLink(link: Extract<TreeEntry, { type: 'hardlink' }>, first: InstalledPath): InstalledPath {
  return { ...first, path: link.path, owner: link.owner, class: link.class, type: 'hardlink', target: link.target };
}

function withDatabase<T>(file: string, work: (database: DatabaseSync) => T): T {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { timeout: 10_000 });
    const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
    if (version > VERSION) {
      throw new UserError(`${file} was written by a newer gutinteg (format ${version}, known ${VERSION})`);
    }
    if (version === 0) database.exec(`${SCHEMA}; PRAGMA user_version = ${VERSION}`);
    return work(database);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SQLITE_ERROR') throw error;
    const hint = 'move it away: the next run compares everything by content and writes a new one';
    throw new UserError(`the state database ${file} cannot be used`, { cause: error, hint });
  } finally {
    database?.close();
  }
}

function asInstalledPath(row: Record<string, unknown>): InstalledPath {
  const what = `the state database, path ${String(row['path'])}`;
  return {
    path: String(row['path']),
    owner: String(row['owner']),
    class: parseEdge(classSchema, row['class'], what),
    type: parseEdge(typeSchema, row['type'], what),
    mode: Number(row['mode']),
    uid: Number(row['uid']),
    gid: Number(row['gid']),
    sizeBytes: Number(row['size']),
    sha256: String(row['sha256']),
    source: String(row['source']),
    xattrs: String(row['xattrs']),
    target: String(row['target']),
    inode: Number(row['inode']),
    mtimeMs: Number(row['mtime_ms']),
    ctimeMs: Number(row['ctime_ms']),
  };
}
