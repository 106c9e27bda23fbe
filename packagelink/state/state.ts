// What was laid down on a target, as it was then. In and out: rows of a SQLite file. Never: looks at the target.
import type { DatabaseSync } from 'node:sqlite';
import { rmSync } from 'node:fs';
import { UserError } from '../../lib/errors.ts';
import type { InstalledPath } from '../tree/installed-path.ts';
import { INODE_COLUMN, asStoredInode, fromStoredInode } from './inode-column.ts';
import { dropLstatColumns } from './drop-lstat-columns.ts';
import { markReplaced } from './linked-packages.ts';
import { isPackagePath } from '../package/package-path.ts';
import type { Settled } from './settled.ts';
import { readUnkept, writeUnkept } from './unkept-rows.ts';
import { REPAIR, explained, inTransaction, openStateDatabase, withStateDatabase } from './state-database.ts';
import type { PathClass, TreeEntry } from '../tree/tree.ts';

const COLUMNS =
  'path, owner, class, type, mode, uid, gid, size, sha256, source, xattrs, target, inode, mtime_ms, ctime_ms, left_alone';

const SELECTED = COLUMNS.replace('inode', INODE_COLUMN);

/** What a state database says. `intents` are what a run that never ended was about to lay down. */
export type State = {
  readonly installed: ReadonlyMap<string, InstalledPath>;
  readonly intents: ReadonlyMap<string, InstalledPath>;
};

/** All paths that packages have put on a target, or were about to. @throws UserError */
export function readState(file: string): State {
  return withStateDatabase(file, (database) => ({
    installed: withUnkept(database, readRows(database, 'paths')),
    intents: readRows(database, 'intents'),
  }));
}

/** The same of these paths alone, on a target that is settled: there are no intents. @throws UserError */
export function readStateOf(file: string, paths: Iterable<string>): State {
  return withStateDatabase(file, (database) => {
    const select = database.prepare(`SELECT ${SELECTED} FROM paths WHERE path = ?`);
    select.setReturnArrays(true);
    const installed = new Map<string, InstalledPath>();
    // Alone, each of them would lock the file, look for a journal and read its first page.
    const readAll = () => {
      for (const path of paths) {
        const row = select.get(path) as unknown as Row | undefined;
        if (row !== undefined) installed.set(path, asInstalledPath(row));
      }
    };
    inTransaction(database, readAll, 'DEFERRED');
    return { installed: withUnkept(database, installed), intents: new Map() };
  });
}

/**
 * Before the first change: what is about to be laid down, and what an earlier run that was cut off did lay down. The
 * target no longer counts as settled.
 */
export function recordIntents(
  file: string,
  intents: readonly InstalledPath[],
  done: readonly InstalledPath[] = [],
): void {
  withStateDatabase(file, (database) => {
    inTransaction(database, () => {
      dropLstatColumns(database);
      insertRows(database, 'paths', done);
      database.exec("DELETE FROM meta WHERE key = 'settled'");
      insertRows(database, 'intents', intents);
    });
  });
}

/** What a run came to: rows that are new or different, paths that are gone, and the key of what is settled now. */
type StateUpdate = {
  readonly changed: Iterable<InstalledPath>;
  readonly removed: Iterable<string>;
  /** Paths whose intents stay, as something temporary is still beside them. */
  readonly stillIntended?: readonly string[];
  /** Of a run without errors. */
  readonly settled?: Settled | undefined;
};

/** Writes and removes rows and forgets intents, in one transaction. */
export function updateState(file: string, { changed, removed, stillIntended = [], settled }: StateUpdate): void {
  withStateDatabase(file, (database) => {
    inTransaction(database, () => {
      dropLstatColumns(database);
      insertRows(database, 'paths', changed);
      markReplaced(database);
      writeUnkept(database, changed, removed);
      const remove = database.prepare('DELETE FROM paths WHERE path = ?');
      for (const path of removed) remove.run(path);
      const isOver = 'DELETE FROM intents WHERE path NOT IN (SELECT value FROM json_each(?))';
      database.prepare(isOver).run(JSON.stringify(stillIntended));
      database.exec("DELETE FROM meta WHERE key = 'settled'");
      if (settled === undefined) return;
      database.prepare("INSERT INTO meta (key, value) VALUES ('settled', ?)").run(JSON.stringify(settled));
    });
  });
}

/** Rows for a new database, as they come. None is there, in no sense, before `commit`. */
export type StateWriter = {
  readonly add: (row: InstalledPath) => void;
  /** @throws UserError */
  readonly commit: () => void;
  /** Closes it; without a commit before, the file is gone. */
  readonly close: () => void;
};

/** Begins a database where there is none; it is not synced. @throws UserError */
export function writeNewState(file: string): StateWriter {
  const database = openStateDatabase(file);
  database.exec('PRAGMA synchronous = OFF; BEGIN IMMEDIATE');
  const insert = inserter(database, 'paths');
  let isWhole = false;
  return {
    add: (row) => explained(file, () => insert(row)),
    commit: () => {
      explained(file, () => database.exec('COMMIT'));
      isWhole = true;
    },
    close: () => {
      database.close();
      if (!isWhole) for (const suffix of ['', '-journal']) rmSync(file + suffix, { force: true });
    },
  };
}

// A hundred thousand rows in every run: each is read as an array and checked by hand.
type Row = readonly [
  path: string,
  owner: string,
  pathClass: string,
  type: string,
  mode: number,
  uid: number,
  gid: number,
  size: number,
  sha256: string,
  source: string,
  xattrs: string,
  target: string,
  inode: number | string,
  mtimeMs: number,
  ctimeMs: number,
  leftAlone: number,
];

function readRows(database: DatabaseSync, table: 'paths' | 'intents'): Map<string, InstalledPath> {
  const select = database.prepare(`SELECT ${SELECTED} FROM ${table} ORDER BY path`);
  select.setReturnArrays(true);
  const rows = new Map<string, InstalledPath>();
  for (const row of select.iterate() as Iterable<unknown> as Iterable<Row>) rows.set(row[0], asInstalledPath(row));
  return rows;
}

function withUnkept(database: DatabaseSync, rows: Map<string, InstalledPath>): Map<string, InstalledPath> {
  for (const [path, asked] of readUnkept(database)) {
    const row = rows.get(path);
    if (row !== undefined) rows.set(path, { ...row, asked });
  }
  return rows;
}

function insertRows(database: DatabaseSync, table: 'paths' | 'intents', rows: Iterable<InstalledPath>): void {
  const insert = inserter(database, table);
  for (const row of rows) insert(row);
}

function inserter(database: DatabaseSync, table: 'paths' | 'intents'): (row: InstalledPath) => void {
  const insert = database.prepare(
    `INSERT OR REPLACE INTO ${table} (${COLUMNS}) VALUES (${COLUMNS.replaceAll(/\w+/g, '?')})`,
  );
  return (row) => {
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
      asStoredInode(row.inode),
      row.mtimeMs,
      row.ctimeMs,
      row.leftAlone ? 1 : 0,
    );
  };
}

function asInstalledPath(row: Row): InstalledPath {
  const [path, , pathClass, type] = row;
  // A damaged database must not lead a deletion out of the target.
  if (!isPackagePath(path)) throw damaged(path, 'it is not a path below a target');
  if (!isClass(pathClass)) throw damaged(path, `there is no class '${pathClass}'`);
  if (!isType(type)) throw damaged(path, `there is no type '${type}'`);
  return {
    path,
    owner: row[1],
    class: pathClass,
    type,
    mode: row[4],
    uid: row[5],
    gid: row[6],
    sizeBytes: row[7],
    sha256: row[8],
    source: row[9],
    xattrs: row[10],
    target: row[11],
    inode: fromStoredInode(row[12]),
    mtimeMs: row[13],
    ctimeMs: row[14],
    leftAlone: row[15] === 1,
  };
}

/** Drops rows that make no sense, and counts them: their paths count as foreign from then on. */
export function dropUnsoundPaths(database: DatabaseSync): string[] {
  const lost: string[] = [];
  for (const table of ['paths', 'intents'] as const) {
    const select = database.prepare(`SELECT ${SELECTED} FROM ${table}`);
    select.setReturnArrays(true);
    const drop = database.prepare(`DELETE FROM ${table} WHERE path = ?`);
    for (const row of select.all() as unknown as Row[]) {
      try {
        asInstalledPath(row);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        drop.run(row[0]);
        if (table === 'paths') lost.push(`how ${row[0]} was laid down`);
      }
    }
  }
  return lost;
}

function damaged(path: string, what: string): UserError {
  return new UserError(`the state database, path ${path}: ${what}; the database is damaged`, {
    hint: REPAIR,
  });
}

function isClass(text: string): text is PathClass {
  return text === 'image' || text === 'package' || text === 'generated' || text === 'mutable';
}

function isType(text: string): text is TreeEntry['type'] {
  return text === 'file' || text === 'directory' || text === 'symlink' || text === 'special' || text === 'hardlink';
}
