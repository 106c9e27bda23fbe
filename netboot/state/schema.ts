// The server's database as a file: tables, modes, settings of a connection. In: a path. Out: an open connection.
import { chmodSync, closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { checkVersion, migrateDatabase, newestVersion } from '../../lib/migrate-database.ts';
import type { Migrations } from '../../lib/migrate-database.ts';

const FILE_MODE = 0o600;
/** Waiting for another program stops every other request, so it is short; `tend` tries again each second. */
const BUSY_TIMEOUT_MS = 20;
/** What is left of the write-ahead log after a checkpoint. */
const WAL_BYTES_KEPT = 16 * 1024 * 1024;

/** Times are milliseconds since 1970. A timeline row that repeats raises `count` and `last_at` instead. */
const FIRST_TABLES = `
  CREATE TABLE machines (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, life TEXT NOT NULL, changed_at INTEGER NOT NULL,
    record_digest TEXT, snapshot TEXT, token_hash TEXT, system_token_hash TEXT, timeline INTEGER NOT NULL DEFAULT 1, last_report TEXT
  ) STRICT;
  CREATE TABLE macs (
    mac TEXT PRIMARY KEY, machine_id TEXT NOT NULL REFERENCES machines(id), position INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE timeline (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, machine_id TEXT NOT NULL REFERENCES machines(id), timeline INTEGER NOT NULL,
    at INTEGER NOT NULL, last_at INTEGER NOT NULL, count INTEGER NOT NULL, source TEXT NOT NULL, key TEXT NOT NULL,
    text TEXT NOT NULL
  ) STRICT;
  CREATE INDEX timeline_of_machine ON timeline (machine_id, timeline, seq);
  CREATE TABLE leases (
    address TEXT PRIMARY KEY, mac TEXT NOT NULL, state TEXT NOT NULL, expires_at INTEGER NOT NULL, host_name TEXT
  ) STRICT;
`;

/** Some databases of version 1 have these already: programs added them without a word. */
const ADOPTIONS = `
  CREATE TABLE IF NOT EXISTS adoptions (
    machine_id TEXT PRIMARY KEY REFERENCES machines(id), token_hash TEXT NOT NULL, good_until INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS macs_of_machine ON macs (machine_id, position);
`;

/** Of machines that a medium installs without the server: what the installed system reports with. */
const MEDIUM_TOKENS = `
  CREATE TABLE medium_tokens (
    token_hash TEXT PRIMARY KEY, machine_id TEXT NOT NULL REFERENCES machines(id), made_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX medium_tokens_of_machine ON medium_tokens (machine_id);
`;

const MIGRATIONS: Migrations = {
  first: { version: 1, tables: FIRST_TABLES },
  steps: [ADOPTIONS, MEDIUM_TOKENS],
  hint: 'run the gutinteg that wrote it, or stop the server and put a backup of the right version in its place',
};

/** Opens the file, brings it to this version, and makes it when there is none. @throws UserError for a version that is not known; an error of SQLite */
export function connect(path: string): DatabaseSync {
  if (path !== ':memory:') makePrivateFile(path);
  const connection = new DatabaseSync(path);
  try {
    connection.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    // Before anything is written: what comes next changes the file's header and its mode.
    checkVersion(connection, path, MIGRATIONS);
    if (path !== ':memory:') chmodSync(path, FILE_MODE);
    connection.exec(
      `PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;
       PRAGMA journal_size_limit = ${WAL_BYTES_KEPT}`,
    );
    migrateDatabase(connection, path, MIGRATIONS);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** Where there is none. SQLite gives its companions (-wal, -shm) the mode of the file. */
function makePrivateFile(path: string): void {
  closeSync(openSync(path, 'a', FILE_MODE));
}

/** Whether all pages of the database are sound, as SQLite sees it: 0.7 s for 110,000 machines in 680 MiB. */
export function isSound(connection: DatabaseSync): boolean {
  const isWell = connection.prepare('PRAGMA quick_check(1)').get()?.['quick_check'] === 'ok';
  // What it has read is not kept in memory: later damage of the file would go unseen behind it.
  connection.exec('PRAGMA shrink_memory');
  return isWell;
}

/** Writes the first page as it is: succeeds exactly when writing is possible. @throws an error of SQLite */
export function probeWriting(connection: DatabaseSync): void {
  connection.exec(`PRAGMA user_version = ${newestVersion(MIGRATIONS)}`);
}
