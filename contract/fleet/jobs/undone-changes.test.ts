import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { PackageChangeRecord } from './action.ts';
import { describeChanged, invertChanges, isThere } from './undone-changes.ts';

type Case = readonly [before: string | null, after: string | null, versions: readonly string[], words: string];

const cases: readonly Case[] = [
  ['2', '1', ['2'], ''],
  ['2', '1', ['3'], 'a is 3 now, and no longer 2'],
  ['2', '1', [], 'a is not installed any more, and no longer 2'],
  ['2', null, ['1', '2'], ''],
  ['2', null, ['3'], 'a is 3 now, and no longer 2'],
  [null, '1', [], ''],
  [null, '1', ['3'], 'a is 3 now, although it was removed'],
];

test('a change fits only where its package is as it was left', () => {
  for (const [before, after, versions, words] of cases) {
    assert.equal(describeChanged({ name: 'a', before, after }, versions).join(), words, JSON.stringify(versions));
  }
});

test('what somebody else has taken back is there already', () => {
  const there: readonly (readonly [...Case, boolean])[] = [
    ['2', '1', ['1'], '', true],
    ['2', '1', ['2'], '', false],
    ['2', null, [], '', true],
    ['2', null, ['1'], '', true],
    ['2', null, ['1', '2'], '', false],
    [null, '1', ['1'], '', true],
    [null, '1', ['3'], '', false],
  ];
  for (const [before, after, versions, , expected] of there) {
    assert.equal(isThere({ name: 'a', before, after }, versions), expected, JSON.stringify([before, after, versions]));
  }
});

test('what is taken back twice is as it was', () => {
  const version = fc.constantFrom(null, '1', '2');
  const change = fc.record(
    { name: fc.string(), arch: fc.string(), before: version, after: version },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(fc.array(change), (changes: readonly PackageChangeRecord[]) => {
      assert.deepEqual(invertChanges(invertChanges(changes)), changes);
    }),
  );
});
