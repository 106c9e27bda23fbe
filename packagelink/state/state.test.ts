import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { readState, recordIntents, updateState } from './state.ts';
import type { InstalledPath } from '../tree/installed-path.ts';

const row = (path: string): InstalledPath => ({
  path,
  owner: 'base',
  class: 'package',
  type: 'file',
  mode: 0o4755,
  uid: 7,
  gid: 8,
  sizeBytes: 6_000_000_000,
  sha256: 'a',
  source: 'b',
  xattrs: '[["user.x","MQ=="]]',
  target: '',
  inode: 4_503_599_627_370_497,
  mtimeMs: 1_600_000_000_000.2502,
  ctimeMs: 1_700_000_000_123.4565,
  leftAlone: false,
});

function withFile(check: (file: string) => void): void {
  const dir = mkdtempSync(join(tmpdir(), 'state-'));
  try {
    check(join(dir, 'packagelink.db'));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

test('state: what is written is read back, to the last fraction of a millisecond', () => {
  withFile((file) => {
    const installed = () => [...readState(file).installed.values()];
    updateState(file, { changed: [row('a'), row('weird \n ü')], removed: [] });
    assert.deepEqual(installed(), [row('a'), row('weird \n ü')]);
    const changed = { ...row('a'), mode: 0o600, leftAlone: true };
    updateState(file, { changed: [changed], removed: ['weird \n ü', 'never there'] });
    assert.deepEqual(installed(), [changed]);
  });
});

test('state: intentions hold until an update', () => {
  withFile((file) => {
    recordIntents(file, [row('a')]);
    assert.deepEqual([...readState(file).intents.values()], [row('a')]);
    updateState(file, { changed: [], removed: [] });
    assert.deepEqual(readState(file), { installed: new Map(), intents: new Map() });
  });
});

test('state: a path that leads out of the target is refused', () => {
  withFile((file) => {
    updateState(file, { changed: [row('../etc/passwd')], removed: [] });
    assert.throws(() => readState(file), /path \.\.\/etc\/passwd: it is not a path below a target/);
  });
});

test('state: a file of a newer gutinteg is refused', () => {
  withFile((file) => {
    const database = new DatabaseSync(file);
    database.exec('PRAGMA user_version = 99');
    database.close();
    assert.throws(() => readState(file), /written by a newer gutinteg \(format 99/);
  });
});

test('state: a damaged file is named, with what to try', () => {
  withFile((file) => {
    writeFileSync(file, 'this is no database, and long enough that SQLite looks at it. '.repeat(40));
    assert.throws(() => readState(file), {
      name: 'UserError',
      message: new RegExp(`${file} cannot be used`),
      hint: /repair/,
    });
  });
});

test('state: a database that another process holds is not one to move away', { timeout: 60_000 }, () => {
  withFile((file) => {
    updateState(file, { changed: [row('a')], removed: [] });
    const other = new DatabaseSync(file);
    other.exec('BEGIN EXCLUSIVE');
    assert.throws(() => readState(file), { name: 'UserError', hint: /^another process holds it: try again/ });
    other.close();
  });
});
