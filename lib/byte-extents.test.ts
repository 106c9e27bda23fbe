import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { contains, intersectExtents, mergeExtents, overlaps, subtractExtents } from './byte-extents.ts';
import type { Extent } from './byte-extents.ts';

const extent = fc.record({ offsetBytes: fc.nat(40), sizeBytes: fc.nat(12) });
const extents = fc.array(extent, { maxLength: 6 });

function bytesOf(list: readonly Extent[]): Set<number> {
  return new Set(
    list.flatMap(({ offsetBytes, sizeBytes }) => Array.from({ length: sizeBytes }, (_, index) => offsetBytes + index)),
  );
}

test('they are sets of bytes', () => {
  fc.assert(
    fc.property(extents, extents, (left, right) => {
      const [ofLeft, ofRight] = [bytesOf(left), bytesOf(right)];
      assert.deepEqual(bytesOf(mergeExtents(left)), new Set([...ofLeft].toSorted((a, b) => a - b)));
      assert.deepEqual(bytesOf(subtractExtents(left, right)), ofLeft.difference(ofRight));
      assert.deepEqual(bytesOf(intersectExtents(left, right)), ofLeft.intersection(ofRight));
    }),
  );
});

test('merged ones are in order, with room between them, and none is empty', () => {
  fc.assert(
    fc.property(extents, (list) => {
      let end = -1;
      for (const { offsetBytes, sizeBytes } of mergeExtents(list)) {
        assert.ok(offsetBytes > end && sizeBytes > 0);
        end = offsetBytes + sizeBytes;
      }
    }),
  );
});

test('overlapping and containing', () => {
  fc.assert(
    fc.property(extent, extent, (left, right) => {
      fc.pre(left.sizeBytes > 0 && right.sizeBytes > 0);
      const common = bytesOf([left]).intersection(bytesOf([right]));
      assert.equal(overlaps(left, right), common.size > 0);
      assert.equal(contains(left, right), common.size === right.sizeBytes);
    }),
  );
});
