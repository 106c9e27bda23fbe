import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assert as assertProperty, nat, property, uniqueArray } from 'fast-check';
import { applyIdDifference, decodeIds, differenceOfIds, encodeIds } from './item-ids.ts';

const ids = uniqueArray(nat({ max: 2 ** 31 - 2 }), { maxLength: 200 }).map((some) =>
  some.map((id) => id + 1).toSorted((left, right) => left - right),
);
/** Lists that have much in common. */
const fewIds = uniqueArray(nat({ max: 40 }), { maxLength: 30 }).map((some) =>
  some.map((id) => id + 1).toSorted((left, right) => left - right),
);

test('ids are bytes as DWARF has them', () => {
  assert.deepEqual([...encodeIds([5, 6, 300])], [0x05, 0x01, 0xa6, 0x02]);
  assert.deepEqual(decodeIds(Uint8Array.of(0x05, 0x01, 0xa6, 0x02)), [5, 6, 300]);
});

test('ids are the same again after they were bytes', () => {
  assertProperty(property(ids, (some) => assert.deepEqual(decodeIds(encodeIds(some)), some)));
});

test('a difference leads from one list to the other, and has nothing that both have', () => {
  assertProperty(
    property(fewIds, fewIds, (from, to) => {
      const difference = differenceOfIds(from, to);
      assert.deepEqual(applyIdDifference(from, difference), to);
      assert.deepEqual(
        difference.added,
        to.filter((id) => !from.includes(id)),
      );
      assert.deepEqual(
        difference.removed,
        from.filter((id) => !to.includes(id)),
      );
    }),
  );
});
