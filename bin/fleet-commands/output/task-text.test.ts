import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PackageFile } from '../../../contract/fleet/tasks.ts';
import { countFiles, detailLines } from './task-text.ts';

const file = (status: PackageFile['status']): PackageFile => ({
  path: '/usr/bin/jq',
  type: 'file',
  owner: 'root',
  group: 'root',
  mode: '0755',
  sizeBytes: 1,
  isConfiguration: false,
  status,
  differs: [],
});
const answer = { seq: 1, task: 1 } as const;

test('what could not be checked is not counted as right', () => {
  const cases = [
    [['ok', 'ok'], 2, '2 files, 0 not as installed'],
    [['ok', 'changed', 'missing'], 3, '3 files, 2 not as installed'],
    [['ok', 'unknown'], 2, '2 files, 0 not as installed, 1 that gutinteg-fleet may not read'],
    [['ok'], 5, '5 files, 0 not as installed; the first 1 were sent'],
  ] as const;
  for (const [statuses, total, text] of cases) {
    assert.equal(countFiles({ ...answer, kind: 'files', files: statuses.map(file), total }), text);
  }
});

test('a package without a description has no empty line for one', () => {
  const details = {
    name: 'jq',
    version: '1',
    architecture: 'all',
    summary: 'a',
    class: 'b',
    vendor: '',
    installedBytes: 0,
  };
  const lines = (description: string) =>
    detailLines({ ...answer, kind: 'details', details: { ...details, description } });
  assert.deepEqual(lines('').slice(-1), ['  size:      0 bytes']);
  assert.deepEqual(lines('one\n\ntwo').slice(-3), ['  one', '', '  two']);
});
