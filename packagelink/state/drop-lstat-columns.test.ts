// Two programs take turns on one database: this one, and one that kept a copy of the rows in columns (ADR 15). An agent
// of before takes over where a new one breaks.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { InstalledPath } from '../tree/installed-path.ts';
import { readComparedRows } from './compared-rows.ts';
import { readLastSettled } from './settled.ts';
import { readState, recordIntents, updateState } from './state.ts';

/** Format 2 as any program of it makes it. */
const FORMAT = ['paths', 'intents']
  .map(
    (table) => `CREATE TABLE ${table} (
  path TEXT PRIMARY KEY, owner TEXT NOT NULL, class TEXT NOT NULL, type TEXT NOT NULL,
  mode INTEGER NOT NULL, uid INTEGER NOT NULL, gid INTEGER NOT NULL, size INTEGER NOT NULL,
  sha256 TEXT NOT NULL, source TEXT NOT NULL, xattrs TEXT NOT NULL, target TEXT NOT NULL,
  inode INTEGER NOT NULL, mtime_ms REAL NOT NULL, ctime_ms REAL NOT NULL, left_alone INTEGER NOT NULL)
  WITHOUT ROWID, STRICT;`,
  )
  .concat(`
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID, STRICT;
  CREATE TABLE history (
    id INTEGER PRIMARY KEY, path TEXT NOT NULL, reason TEXT NOT NULL, run INTEGER NOT NULL, at_ms INTEGER NOT NULL,
    owner TEXT NOT NULL, type TEXT NOT NULL, mode INTEGER NOT NULL, uid INTEGER NOT NULL, gid INTEGER NOT NULL,
    size INTEGER NOT NULL, sha256 TEXT NOT NULL, target TEXT NOT NULL
  ) STRICT;
  CREATE INDEX history_path ON history (path);
  PRAGMA user_version = 2;`)
  .join('\n');

/** What the program of before does when it finds no columns, or finds that too much has changed. */
const NOTE = 'INSERT OR IGNORE INTO lstat_stale (path) VALUES';
const COPY = `
  CREATE TABLE IF NOT EXISTS lstat_columns (
    part INTEGER PRIMARY KEY, later INTEGER NOT NULL, paths TEXT NOT NULL, stats BLOB NOT NULL, xattrs TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS lstat_stale (path TEXT PRIMARY KEY) WITHOUT ROWID, STRICT;
  DROP TRIGGER IF EXISTS lstat_inserted; DROP TRIGGER IF EXISTS lstat_updated; DROP TRIGGER IF EXISTS lstat_deleted;
  DELETE FROM lstat_columns; DELETE FROM lstat_stale;
  INSERT INTO lstat_columns (later, paths, stats, xattrs) SELECT 0, json_group_array(path), zeroblob(72), '[]' FROM paths;
  CREATE TRIGGER lstat_inserted AFTER INSERT ON paths BEGIN ${NOTE} (new.path); END;
  CREATE TRIGGER lstat_updated AFTER UPDATE ON paths BEGIN ${NOTE} (old.path), (new.path); END;
  CREATE TRIGGER lstat_deleted AFTER DELETE ON paths BEGIN ${NOTE} (old.path); END;`;

const SETTLED = { key: 'one', notices: [] };
const rest = {
  owner: 'base',
  class: 'package',
  type: 'file',
  sha256: 'a',
  source: 'a',
  xattrs: '',
  target: '',
} as const;
const stat = { mode: 0o644, uid: 0, gid: 0, inode: 7, mtimeMs: 1.25, ctimeMs: 2.5 };
const row = (path: string, sizeBytes: number): InstalledPath => ({
  path,
  ...rest,
  ...stat,
  sizeBytes,
  leftAlone: false,
});
const INSERT = `INSERT INTO paths VALUES ('a', 'base', 'package', 'file', 420, 0, 0, 1, 'a', 'a', '', '', 7, 1.25, 2.5, 0)`;

function withDatabase(check: (file: string, sql: (text: string) => void) => void): void {
  const dir = mkdtempSync(join(tmpdir(), 'columns-'));
  const file = join(dir, 'packagelink.db');
  const sql = (text: string) => {
    const database = new DatabaseSync(file);
    database.exec(text);
    database.close();
  };
  try {
    sql(`${FORMAT}; ${INSERT}; INSERT INTO meta VALUES ('settled', '${JSON.stringify(SETTLED)}'); ${COPY}`);
    check(file, sql);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** What SQLite keeps of a database's tables, indexes and triggers; blanks make no difference. */
function schemaOf(file: string): string[] {
  const database = new DatabaseSync(file);
  const rows = database.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY name').all();
  const version = database.prepare('PRAGMA user_version').get()?.['user_version'];
  database.close();
  const text = (sql: unknown) => String(sql).replaceAll(/\s+/g, '');
  return [`format ${String(version)}`, ...rows.map(({ type, name, sql }) => [type, name, text(sql)].join(' '))];
}

function formatTwo(): string[] {
  const dir = mkdtempSync(join(tmpdir(), 'format-'));
  try {
    const database = new DatabaseSync(join(dir, 'db'));
    database.exec(FORMAT);
    database.close();
    return schemaOf(join(dir, 'db'));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

test('a database with a copy in columns is read by its rows, and not written to', () => {
  withDatabase((file) => {
    const before = schemaOf(file);
    assert.equal(before.length, formatTwo().length + 5);
    assert.deepEqual([...readComparedRows(file, { osmode: 'image', contents: false })].flat().length, 1);
    assert.deepEqual([readLastSettled(file), readState(file).installed.get('a')], [SETTLED, row('a', 1)]);
    assert.deepEqual(schemaOf(file), before);
  });
});

const writes: [what: string, write: (file: string) => void][] = [
  ['intentions', (file) => recordIntents(file, [row('b', 1)])],
  ['rows', (file) => updateState(file, { changed: [row('a', 2)], removed: ['never there'] })],
  ['a run that settles', (file) => updateState(file, { changed: [], removed: [], settled: SETTLED })],
];

test('the first write of any kind leaves what every program of the format makes', () => {
  for (const [what, write] of writes)
    withDatabase((file) => {
      write(file);
      assert.deepEqual(schemaOf(file), formatTwo(), what);
      assert.equal(readState(file).installed.size, 1, what);
    });
});

test('a write that fails takes nothing away', () => {
  withDatabase((file, sql) => {
    sql(`CREATE TRIGGER refuse BEFORE INSERT ON paths BEGIN SELECT RAISE(ABORT, 'refused'); END`);
    const before = schemaOf(file);
    assert.throws(() => updateState(file, { changed: [row('b', 1)], removed: [] }), /cannot be used/);
    assert.deepEqual(schemaOf(file), before);
  });
});

test('the program of before makes its copy again, and this one goes on after it', () => {
  withDatabase((file, sql) => {
    for (let turn = 1; turn <= 3; turn += 1) {
      updateState(file, { changed: [row('a', turn), row('b', turn)], removed: [], settled: SETTLED });
      assert.deepEqual(schemaOf(file), formatTwo());
      sql(`${COPY}; UPDATE paths SET size = size + 10 WHERE path = 'a'; DELETE FROM paths WHERE path = 'b'`);
      assert.deepEqual([...readState(file).installed.values()], [row('a', turn + 10)]);
    }
  });
});
