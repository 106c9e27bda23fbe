import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { findData } from './write-bytes.ts';

const KiB = 1024;
const bytesOf = (...parts: [size: number, value: 0 | 1][]) =>
  Buffer.concat(parts.map(([size, value]) => Buffer.alloc(size, value)));

const cases: [name: string, bytes: Buffer, runs: [number, number][]][] = [
  ['nothing', bytesOf(), []],
  ['data', bytesOf([10, 1]), [[0, 10]]],
  ['zeros only', bytesOf([64 * KiB, 0]), []],
  ['too few zeros', bytesOf([60 * KiB, 0]), [[0, 60 * KiB]]],
  [
    'a hole in the middle',
    bytesOf([4 * KiB, 1], [64 * KiB, 0], [1, 1]),
    [
      [0, 4 * KiB],
      [68 * KiB, 68 * KiB + 1],
    ],
  ],
  [
    'whole blocks of it',
    bytesOf([1, 1], [68 * KiB, 0], [1, 1]),
    [
      [0, 4 * KiB],
      [68 * KiB, 69 * KiB - KiB + 2],
    ],
  ],
  ['at the end, with part of a block', bytesOf([4 * KiB, 1], [64 * KiB + 5, 0]), [[0, 4 * KiB]]],
  ['at the start', bytesOf([128 * KiB, 0], [3, 1]), [[128 * KiB, 128 * KiB + 3]]],
];

for (const [name, bytes, runs] of cases) {
  test(`findData: ${name}`, () => {
    assert.deepEqual(findData(bytes), runs);
  });
}

test('findData: what it leaves out is zeros, what it gives is in order', () => {
  const part = fc.tuple(fc.integer({ min: 0, max: 90 * KiB }), fc.constantFrom<0 | 1>(0, 1));
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
      const bytes = bytesOf(...parts);
      const copy = Buffer.alloc(bytes.length);
      let last = 0;
      for (const [start, end] of findData(bytes)) {
        assert.ok(start >= last && end > start);
        last = end;
        bytes.copy(copy, start, start, end);
      }
      assert.ok(copy.equals(bytes));
    }),
    { numRuns: 60 },
  );
});
