import { DatabaseSync } from 'node:sqlite';
import { chmodSync } from 'node:fs';
import { UserError } from '../../lib/errors.ts';

const SCHEMA_VERSION = 1;

/** Times are milliseconds since 1970. A timeline row that repeats raises `count` and `last_at` instead. */
const SCHEMA = `
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
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

/**
 * Opens, and when new makes, the server's state: machines, timelines, leases.
 * @throws UserError when the file is not one that this version wrote.
 */
export function openDatabase(path: string): DatabaseSync {
  let database: DatabaseSync;
  try {
    database = new DatabaseSync(path);
    if (path !== ':memory:') chmodSync(path, 0o600);
    database.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 2000; PRAGMA foreign_keys = ON',
    );
  } catch (error) {
    throw new UserError(`opening the server's state ${path}`, { cause: error, hint: `ls -l ${path}` });
  }
  const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
  if (version === 0) {
    database.exec(`BEGIN; ${SCHEMA} COMMIT`);
  } else if (version !== SCHEMA_VERSION) {
    database.close();
    throw new UserError(`${path} has schema ${version}, this gutinteg knows ${SCHEMA_VERSION}; nothing was changed`);
  }
  return database;
}
