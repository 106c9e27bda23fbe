import assert from 'node:assert/strict';
import { test } from 'node:test';
import { busynessOf } from './measure-busyness.ts';

for (const [lateMs, busyness] of [
  [-5, 0],
  [50, 0],
  [51, 1],
  [300, 2],
  [10_000, 3],
] as const) {
  test(`timers that are ${lateMs} ms late double the intervals ${busyness} times`, () =>
    assert.equal(busynessOf(lateMs), busyness));
}
