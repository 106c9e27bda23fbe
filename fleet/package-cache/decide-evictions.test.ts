import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideEvictions } from './decide-evictions.ts';

const files = [40, 10, 50].map((sizeBytes, index) => ({ sha256: String(index), sizeBytes }));

test('as many of the oldest go as are needed, or none', () => {
  const going = (needed: number): string | undefined =>
    decideEvictions({ max: 120, used: 100, needed }, files)
      ?.map(({ sha256 }) => sha256)
      .join('');
  assert.deepEqual([0, 20, 21, 60, 61, 71, 120, 121].map(going), ['', '', '0', '0', '01', '012', '012', undefined]);
});
