// A state database inside of its target: all its names are its own, and those of others are not.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { FaultsError } from '../../lib/errors.ts';
import { openLinkLab } from '../testing/link-lab.ts';
import type { SmallFiles } from '../testing/small-files.ts';
import { stateFinder } from './linked-target.ts';

const NAMES: readonly [path: string, isOfState: boolean][] = [
  ['var/link.db', true],
  ['var/link.db-wal', true],
  ['var/link.db-shm', true],
  ['var/link.db-journal', true],
  ['var/link.db.lock', true],
  ['var/link.db.lock-journal', true],
  ['var/link.db.packages.lock', true],
  ['var/link.db.objects/abc', true],
  ['var/link.db.history', true],
  ['var/link.db.history/1', true],
  ['var/link.db.after.json', true],
  ['var/.link.db.after.json.0123456789ab', true],
  ['var/link.db.repaired', true],
  ['var/link.db.damaged-20260101T000000Z/link.db', true],
  ['var', false],
  ['var/link.dbx', false],
  ['var/link.db.example', false],
  ['link.db', false],
  ['.packagelink', false],
];

test('the names of a state inside of the target', () => {
  const isOfState = stateFinder({ root: '/srv/t', stateFile: '/srv/t/var/link.db' });
  for (const [path, expected] of NAMES) assert.equal(isOfState(path), expected, path);
  const isOfOther = stateFinder({ root: '/srv/t', stateFile: '/srv/var/link.db' });
  for (const [path] of NAMES) assert.equal(isOfOther(path), false, path);
  const isOfDefault = stateFinder({ root: '/srv/t', stateFile: '/srv/t/.packagelink/state.db' });
  assert.deepEqual(['.packagelink', '.packagelink/x', 'state.db'].map(isOfDefault), [true, true, false]);
});

const REFUSED: readonly [name: string, files: SmallFiles, settings?: string][] = [
  ['the database', { 'var/link.db': 'x' }],
  ['what SQLite puts beside it', { 'var/link.db-wal': 'x' }],
  ['a template of it', { 'var/link.db.plprocess': 'x' }],
  ['a kept content', { 'var/link.db.objects/x': 'x' }],
  ['a file where its directory is', { var: 'x' }, 'replace: [var]\n'],
];

suite('a package that has a name of the state is refused', () => {
  for (const [name, files, settings] of REFUSED)
    test(name, async () => {
      using lab = openLinkLab('var/link.db');
      assert.deepEqual((await lab.link(lab.put('sound', { 'var/other': 'x' }))).errors, []);
      const isRefusal = (error: unknown) => error instanceof FaultsError && /keeps its state/.test(error.message);
      await assert.rejects(lab.link(lab.put('tool', files, settings)), isRefusal);
      assert.deepEqual((await lab.check()).foreign, []);
      assert.deepEqual((await lab.unlink('sound')).errors, []);
    });
});
