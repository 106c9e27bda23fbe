// What a file system was asked for and has not kept, beside the rows of its paths. In and out: table `unkept` of a state
// database, which is there from the first such path on. Never: a new format: a program that does not know the table asks again.
import type { DatabaseSync } from 'node:sqlite';
import type { InstalledPath } from '../tree/installed-path.ts';

const SCHEMA = 'CREATE TABLE IF NOT EXISTS unkept (path TEXT PRIMARY KEY, asked TEXT NOT NULL) WITHOUT ROWID, STRICT';

/** What was asked, by path. */
export function readUnkept(database: DatabaseSync): ReadonlyMap<string, string> {
  if (!hasTable(database)) return new Map();
  const rows = database.prepare('SELECT path, asked FROM unkept').all();
  return new Map(rows.map(({ path, asked }) => [String(path), String(asked)]));
}

/** Writes what rows say of it, and forgets what is said of others that have changed or gone. In a transaction of the caller. */
export function writeUnkept(database: DatabaseSync, changed: Iterable<InstalledPath>, removed: Iterable<string>): void {
  const rows = [...changed];
  if (rows.some(({ asked }) => asked !== undefined)) database.exec(SCHEMA);
  else if (!hasTable(database)) return;
  const forget = database.prepare('DELETE FROM unkept WHERE path = ?');
  for (const path of [...removed, ...rows.map((row) => row.path)]) forget.run(path);
  const insert = database.prepare('INSERT OR REPLACE INTO unkept (path, asked) VALUES (?, ?)');
  for (const { path, asked } of rows) if (asked !== undefined) insert.run(path, asked);
}

function hasTable(database: DatabaseSync): boolean {
  return database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'unkept'").get() !== undefined;
}
