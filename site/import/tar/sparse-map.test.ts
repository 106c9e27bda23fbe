import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSparseMap, parseMapLines, parsePaxMap } from './sparse-map.ts';

const records = (pairs: readonly (readonly [string, string])[]) =>
  pairs.map(([key, value]) => ({ key: `GNU.sparse.${key}`, value: Buffer.from(value) }));

test('sparse map: lines of the format 1.0, as soon as all are there', () => {
  assert.deepEqual(parseMapLines('1\n5\n2\n\0\0'), { segments: [{ offset: 5, length: 2 }], textBytes: 6 });
  assert.deepEqual(parseMapLines('0\n'), { segments: [], textBytes: 2 });
  assert.equal(parseMapLines('1\n5\n'), 'more');
  assert.equal(parseMapLines('12'), 'more');
  for (const text of ['x\n', '-1\n', '1\nx\n2\n', '999999\n']) assert.equal(parseMapLines(text), undefined, text);
});

test('sparse map: records of the formats 0.0 and 0.1', () => {
  const segments = [
    { offset: 0, length: 1 },
    { offset: 9, length: 2 },
  ];
  assert.deepEqual(parsePaxMap(records([['map', '0,1,9,2']])), segments);
  const pairs = [
    ['offset', '0'],
    ['numbytes', '1'],
    ['offset', '9'],
    ['numbytes', '2'],
  ] as const;
  assert.deepEqual(parsePaxMap(records(pairs)), segments);
  assert.equal(
    parsePaxMap(
      records([
        ['numbytes', '1'],
        ['offset', '0'],
      ]),
    ),
    undefined,
  );
  assert.equal(parsePaxMap(records([['map', '0,1,9']])), undefined);
});

test('sparse map: segments are in order, apart, within the file, and as long as what is stored', () => {
  const size = { storedBytes: 3, sizeBytes: 10 };
  const of = (...pairs: [number, number][]) => pairs.map(([offset, length]) => ({ offset, length }));
  assert.equal(isSparseMap(of([0, 1], [1, 2]), size), true);
  assert.equal(isSparseMap(of([7, 3], [10, 0]), size), true);
  for (const bad of [
    of([1, 2], [0, 1]),
    of([0, 2], [1, 1]),
    of([8, 3]),
    of([0, 2]),
    of([0, 4]),
    of([-1, 3]),
    of([0, 4], [4, -1]),
  ]) {
    assert.equal(isSparseMap(bad, size), false, JSON.stringify(bad));
  }
});
