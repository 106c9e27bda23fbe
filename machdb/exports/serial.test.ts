import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assert as assertProperty, integer, property } from 'fast-check';
import { UserError } from '../../lib/errors.ts';
import { isAfter, nextSerial } from './serial.ts';

const last = 2 ** 32 - 1;
const table = [
  { name: 'a new zone: the time', old: undefined, nowSeconds: 1_795_000_000.9, serial: 1_795_000_000 },
  { name: 'an older zone: the time', old: 1_794_000_000, nowSeconds: 1_795_000_000, serial: 1_795_000_000 },
  { name: 'twice in one second', old: 1_795_000_000, nowSeconds: 1_795_000_000, serial: 1_795_000_001 },
  { name: 'the clock has gone back', old: 1_795_000_000, nowSeconds: 5, serial: 1_795_000_001 },
  {
    name: 'a date as serial is ahead of the time',
    old: 2_026_112_105,
    nowSeconds: 1_795_000_000,
    serial: 2_026_112_106,
  },
  { name: 'past the end of 32 bits, zero left out', old: last, nowSeconds: last, serial: 1 },
  { name: 'from the other half of the circle', old: last - 5, nowSeconds: 1_795_000_000, serial: 1_795_000_000 },
];

for (const { name, old, nowSeconds, serial } of table) {
  test(name, () => assert.equal(nextSerial(old, { nowSeconds }), serial));
}

test('a wanted serial is taken when it is after the old one, and refused otherwise', () => {
  assert.equal(nextSerial(7, { nowSeconds: 1, wanted: 8 }), 8);
  assert.equal(nextSerial(undefined, { nowSeconds: 1, wanted: 0 }), 0);
  for (const wanted of [7, 6, 7 + 2 ** 31]) {
    assert.throws(() => nextSerial(7, { nowSeconds: 1, wanted }), UserError, String(wanted));
  }
});

test('the next serial is after the old one, whatever the clock says', () => {
  const serials = integer({ min: 0, max: last });
  assertProperty(
    property(serials, integer({ min: 0, max: 2 ** 33 }), (old, nowSeconds) => {
      const next = nextSerial(old, { nowSeconds });
      assert.ok(next >= 0 && next <= last);
      assert.ok(isAfter(next, old), `${next} after ${old}`);
    }),
  );
});
