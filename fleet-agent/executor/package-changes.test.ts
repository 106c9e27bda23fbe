import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { changesBetween, compareChanges, describeDifference } from './package-changes.ts';
import type { Listed } from './package-changes.ts';

const item = (name: string, version: string, arch = 'all'): Listed => ({ name, arch, version });

test('what came, went and became another version', () => {
  const before = [item('a', '1'), item('b', '1'), item('b', '1', 'i386'), item('kernel', '1'), item('kernel', '2')];
  const after = [item('b', '2'), item('b', '1', 'i386'), item('c', '1'), item('kernel', '2'), item('kernel', '3')];
  assert.deepEqual(changesBetween(before, after), [
    { name: 'a', arch: 'all', before: '1', after: null },
    { name: 'b', arch: 'all', before: '1', after: '2' },
    { name: 'c', arch: 'all', before: null, after: '1' },
    { name: 'kernel', arch: 'all', before: '1', after: '3' },
  ]);
});

const lists = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom('a', 'b', 'c'),
    arch: fc.constantFrom('all', 'x'),
    version: fc.constantFrom('1', '2'),
  }),
  { selector: ({ name, arch, version }) => `${name} ${arch} ${version}` },
);

test('no change is none, in any order; a way back is the same the other way round', () => {
  fc.assert(
    fc.property(lists, lists, (one, other) => {
      assert.deepEqual(changesBetween(one, one.toReversed()), []);
      const back = changesBetween(other, one).map((change) => ({
        ...change,
        before: change.after,
        after: change.before,
      }));
      assert.equal(compareChanges(changesBetween(one, other), back), undefined);
    }),
  );
});

test('a difference is told, with a few of each', () => {
  const expected = [{ name: 'a', arch: 'all', before: '1', after: '2' }];
  const found = Array.from({ length: 12 }, (_, index) => ({
    name: `p${index}`,
    arch: 'all',
    before: null,
    after: '1',
  }));
  assert.equal(compareChanges(expected, expected.toReversed()), undefined);
  const difference = compareChanges(expected, found);
  assert.ok(difference !== undefined);
  const text = describeDifference(difference);
  assert.match(
    text,
    /^not foreseen: p0 \(all\) not installed → 1, .*, and 2 more; foreseen, and not so: a \(all\) 1 → 2$/,
  );
});
