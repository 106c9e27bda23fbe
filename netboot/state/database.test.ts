import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { openDatabase } from './database.ts';
import { StateError } from './state-error.ts';

const ADD = `INSERT INTO leases (address, mac, state, expires_at) VALUES (?, 'm', 'bound', 1)`;
const COUNT = 'SELECT count(*) AS n FROM leases';

function setUp(context: TestContext) {
  const dir = mkdtempSync(join(tmpdir(), 'gutinteg-state-'));
  const stateDir = join(dir, 'state');
  mkdirSync(stateDir);
  const path = join(stateDir, 'netboot.db');
  const said: string[] = [];
  const files: string[] = [];
  let read = 0;
  const open = () => {
    const database = openDatabase(path, {
      onTrouble: (trouble) => void said.push(trouble?.error.kind ?? 'well'),
      onFile: (what) => void files.push(what.slice(path.length + 1)),
    });
    database.onReadable(() => {
      database.get(COUNT);
      read += 1;
    });
    return database;
  };
  context.after(() => rmSync(dir, { recursive: true, force: true }));
  const removeFiles = (): void => {
    for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
  };
  return { dir, stateDir, path, open, said, files, removeFiles, timesRead: () => read };
}

/** What is on the disk, as another program sees it. */
function countIn(path: string): number {
  const other = new DatabaseSync(path, { readOnly: true });
  try {
    return Number(other.prepare(COUNT).get()?.['n']);
  } finally {
    other.close();
  }
}

test('locked: writing fails at once and goes on when the other program lets go; reading never stops', (context) => {
  const { path, open, said } = setUp(context);
  const database = open();
  const other = new DatabaseSync(path);
  other.exec('BEGIN IMMEDIATE');
  assert.throws(() => database.run(ADD, 'a'), { name: 'StateError', kind: 'locked', message: /is locked by another/ });
  const beganMs = performance.now();
  for (let count = 0; count < 1000; count += 1) assert.throws(() => database.run(ADD, 'a'), StateError);
  assert(performance.now() - beganMs < 500, 'a lock that is known is not waited for');
  assert.equal(database.get(COUNT)?.['n'], 0);
  database.tend();
  assert.equal(database.trouble()?.error.kind, 'locked');
  other.exec('ROLLBACK');
  database.tend();
  assert.equal(database.trouble(), undefined);
  database.run(ADD, 'a');
  assert.deepEqual([countIn(path), said], [1, ['locked', 'well']]);
});

test('a transaction in which one thing could not be written leaves nothing, even when that one did not matter', (context) => {
  const { path, open } = setUp(context);
  const database = open();
  assert.throws(
    () =>
      database.transaction(() => {
        database.run(ADD, 'a');
        throw new Error('a defect');
      }),
    /a defect/,
  );
  database.transaction(() => database.transaction(() => database.run(ADD, 'b')));
  assert.equal(countIn(path), 1);
});

test('deleted under the running server: everything is written again, and it is private', (context) => {
  const { path, open, files, removeFiles } = setUp(context);
  const database = open();
  database.run(ADD, 'a');
  removeFiles();
  database.run(ADD, 'b');
  database.tend();
  database.run(ADD, 'c');
  assert.deepEqual([countIn(path), database.trouble()], [3, undefined]);
  assert.match(files.join(), /^was deleted while the server ran; it was written again/);
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test('its whole directory deleted: the same', (context) => {
  const { path, stateDir, open } = setUp(context);
  const database = open();
  database.run(ADD, 'a');
  rmSync(stateDir, { recursive: true });
  database.tend();
  assert.deepEqual([countIn(path), database.trouble()], [1, undefined]);
});

test('moved away and back within a second: nothing happens to it', (context) => {
  const { path, open, said } = setUp(context);
  const database = open();
  renameSync(path, `${path}.x`);
  renameSync(`${path}.x`, path);
  database.tend();
  database.run(ADD, 'a');
  assert.deepEqual([countIn(path), said], [1, []]);
});

test('another file in its place, such as a backup, is in force', (context) => {
  const { path, open, files, removeFiles, timesRead } = setUp(context);
  const database = open();
  database.run(ADD, 'a');
  const copy = join(path, '../backup');
  new DatabaseSync(path).exec(`VACUUM INTO '${copy}'`);
  database.run(ADD, 'b');
  const before = timesRead();
  removeFiles();
  renameSync(copy, path);
  database.tend();
  assert.equal(database.get(COUNT)?.['n'], 1);
  assert.deepEqual([timesRead() - before, files.length], [1, 1]);
});

test('damaged while it runs: nothing is read or written until a sound file is there, or none', (context) => {
  const { path, open, said, files, removeFiles } = setUp(context);
  const database = open();
  for (let row = 0; row < 5000; row += 1) database.run(ADD, `address ${row}`);
  database.close();
  const sound = readFileSync(path);
  const again = open();
  writeFileSync(path, Buffer.concat([sound.subarray(0, 4096), Buffer.alloc(sound.length - 4096, 'x')]));
  assert.throws(() => again.all('SELECT * FROM leases'), { kind: 'broken', hint: /mv .*netboot\.db .*\.damaged/ });
  assert.equal(existsSync(`${path}-wal`), false, 'what is in it must not meet the backup that comes next');
  assert.throws(() => again.get(COUNT), { kind: 'broken' });
  assert.throws(() => again.run(ADD, 'z'), { kind: 'broken' });
  again.tend();
  again.tend();
  assert.equal(again.trouble()?.error.kind, 'broken');
  writeFileSync(path, sound);
  again.tend();
  assert.equal(again.get(COUNT)?.['n'], 5000);
  writeFileSync(path, '');
  again.tend();
  assert.throws(() => again.get(COUNT), { kind: 'broken' });
  for (let second = 0; second < 3; second += 1) again.tend();
  assert.deepEqual([statSync(path).size, again.trouble()?.error.kind], [0, 'broken'], 'it is not begun anew');
  removeFiles();
  again.tend();
  assert.equal(again.get(COUNT)?.['n'], 0);
  assert.match(files.join(), /begins with an empty one: machines get new ids/);
  assert.deepEqual(said, ['broken', 'well', 'broken', 'well']);
});

const AT_THE_START: readonly {
  name: string;
  make: (path: string) => void;
  mend: (path: string) => void;
  kind: string;
}[] = [
  {
    name: 'no database',
    make: (path) => writeFileSync(path, 'this is a text of some length, and not a database'.repeat(30)),
    mend: (path) => rmSync(path),
    kind: 'broken',
  },
  {
    name: 'a database with a damaged page that no request needs now',
    make: (path) => {
      openDatabase(path).close();
      const other = new DatabaseSync(path);
      other.exec("INSERT INTO machines (id, name, life, changed_at) VALUES ('m', 'q-bert', '{}', 1)");
      const add = other.prepare("INSERT INTO macs VALUES (?, 'm', 0)");
      for (let mac = 0; mac < 2000; mac += 1) add.run(`address ${mac}`);
      other.close();
      const sound = readFileSync(path);
      writeFileSync(path, Buffer.concat([sound.subarray(0, -4096), Buffer.alloc(4096, 'x')]));
    },
    mend: (path) => rmSync(path),
    kind: 'broken',
  },
  {
    name: 'a directory',
    make: (path) => mkdirSync(path),
    mend: (path) => rmSync(path, { recursive: true }),
    kind: 'unreadable',
  },
  {
    name: 'in a directory that is not there',
    make: (path) => rmSync(join(path, '..'), { recursive: true }),
    mend: (path) => mkdirSync(join(path, '..')),
    kind: 'missing',
  },
];
for (const { name, make, mend, kind } of AT_THE_START) {
  test(`at the start it is ${name}: the server starts, and goes on when that is mended`, (context) => {
    const { path, open, timesRead } = setUp(context);
    make(path);
    const database = open();
    assert.equal(database.trouble()?.error.kind, kind);
    assert.throws(() => database.get(COUNT), { kind });
    assert.equal(timesRead(), 0);
    database.tend();
    assert.equal(database.trouble()?.error.kind, kind);
    mend(path);
    database.tend();
    assert.deepEqual([database.trouble(), timesRead()], [undefined, 1]);
    database.run(ADD, 'a');
  });
}

test('a database of a later version is left alone, and the server does not start', (context) => {
  const { path, open } = setUp(context);
  const other = new DatabaseSync(path);
  other.exec('PRAGMA user_version = 7');
  other.close();
  chmodSync(path, 0o640);
  const before = readFileSync(path);
  assert.throws(open, {
    message: `${path} was written by a newer gutinteg (format 7, known 3); nothing was changed`,
    hint: /run the gutinteg that wrote it/,
  });
  assert.deepEqual([readFileSync(path), statSync(path).mode & 0o777], [before, 0o640]);
});

/** As programs wrote it before databases had numbered steps: the second table came without a new number. */
const VERSION_1 = `
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
  INSERT INTO machines (id, name, life, changed_at) VALUES ('m', 'q-bert', '{}', 5);
  INSERT INTO leases VALUES ('10.0.0.1', 'a', 'bound', 9, NULL);
  PRAGMA user_version = 1`;
const ADOPTIONS = `
  CREATE TABLE adoptions (
    machine_id TEXT PRIMARY KEY REFERENCES machines(id), token_hash TEXT NOT NULL, good_until INTEGER NOT NULL
  ) STRICT;
  INSERT INTO adoptions VALUES ('m', 'hash', 7)`;
for (const [name, sql, adoptions] of [
  ['without adoptions', VERSION_1, 0],
  ['with adoptions', `${VERSION_1};${ADOPTIONS}`, 1],
] as const) {
  test(`a database of the version before, ${name}, is brought to this one and keeps what it says`, (context) => {
    const { path, open } = setUp(context);
    const before = new DatabaseSync(path);
    before.exec(sql);
    before.close();
    open().close();
    const after = new DatabaseSync(path, { readOnly: true });
    context.after(() => after.close());
    const one = (question: string): unknown => Object.values(after.prepare(question).get() ?? {})[0];
    assert.deepEqual(
      [
        one('PRAGMA user_version'),
        one('SELECT name FROM machines'),
        one('SELECT mac FROM leases'),
        one('SELECT count(*) FROM adoptions'),
        one("SELECT count(*) FROM sqlite_schema WHERE name = 'macs_of_machine'"),
        one('PRAGMA integrity_check'),
      ],
      [3, 'q-bert', 'a', adoptions, 1, 'ok'],
    );
  });
}

test('the files are private whatever the umask is', (context) => {
  const { path, open } = setUp(context);
  const before = process.umask(0);
  try {
    const database = open();
    database.run(ADD, 'a');
    for (const suffix of ['', '-wal', '-shm']) assert.equal(statSync(path + suffix).mode & 0o777, 0o600, suffix);
  } finally {
    process.umask(before);
  }
});
