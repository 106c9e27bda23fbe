import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fetchPackageFile } from '../api/package-files.ts';
import { packageFileSourceSchema } from './action.ts';

test('an address of a package file has neither a name nor a password, which hosts and logs would show', () => {
  const file = { sha256: 'a'.repeat(64), bytes: 1, fileName: 'a_1_all.deb', name: 'a', version: '1', arch: 'all' };
  for (const [url, isGood] of [
    ['https://files.example/a.deb', true],
    ['https://files.example:8443/a@1.deb?x=1', true],
    ['https://ann:secret@files.example/a.deb', false],
    ['https://ann@files.example/a.deb', false],
    ['https://:secret@files.example/a.deb', false],
  ] as const) {
    assert.equal(packageFileSourceSchema.safeParse({ ...file, url }).success, isGood, url);
    assert.equal(fetchPackageFile.input.safeParse({ url }).success, isGood, url);
  }
});
