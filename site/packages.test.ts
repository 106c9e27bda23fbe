import assert from 'node:assert/strict';
import { test } from 'node:test';
import { imageOf, packagesOf } from './packages.ts';

test('the most specific variant that fits is taken, once', () => {
  const available = new Set(['a', 'a@amd64', 'a@12-amd64', 'b', 'b@arm64', 'c@arm64']);
  const record = { PACKAGES: 'a b a c d', OSREV: '12', ARCH: 'amd64' };
  assert.deepEqual(packagesOf(record, available), { found: ['a@12-amd64', 'b'], missing: ['c', 'd'] });
  assert.deepEqual(packagesOf({}, available), { found: [], missing: [] });
});

test('the OS package comes from OS, OSREV and ARCH, or from IMAGE', () => {
  assert.equal(imageOf('x', { OS: 'debian', OSREV: '12', ARCH: 'amd64' }), 'debian-12-amd64');
  assert.equal(imageOf('x', { OS: 'debian', IMAGE: 'special-1' }), 'special-1');
  assert.throws(
    () => imageOf('x', { OS: 'debian', ARCH: '' }),
    /x has no OS package: OSREV, ARCH not defined, nor IMAGE/,
  );
});
