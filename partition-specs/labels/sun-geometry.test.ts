import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { planSunGeometry } from './sun-geometry.ts';
import { sectorsOfGeometry } from './sun-label.ts';

test('the cylinder of specs up to 539 GB, multiples of it up to 1 TiB', () => {
  const cases: [number, ReturnType<typeof planSunGeometry>][] = [
    [16_065 * 3 - 1, undefined],
    [16_065 * 3, { heads: 255, sectors: 63, cylinders: 1, alternates: 2 }],
    [16_065 * 65_535, { heads: 255, sectors: 63, cylinders: 65_533, alternates: 2 }],
    [16_065 * 65_536, { heads: 255, sectors: 126, cylinders: 32_766, alternates: 2 }],
    [2 ** 31 - 1, { heads: 255, sectors: 189, cylinders: 44_556, alternates: 2 }],
    [2 ** 31, undefined],
  ];
  for (const [sectors, geometry] of cases) assert.deepEqual(planSunGeometry(sectors), geometry);
});

test('the label can hold it, it fits the disk, and leaves less than one cylinder', () => {
  fc.assert(
    fc.property(fc.integer({ min: 16_065 * 3, max: 2 ** 31 - 1 }), (diskSectors) => {
      const geometry = planSunGeometry(diskSectors) ?? assert.fail('no geometry');
      const { heads, sectors, alternates } = geometry;
      const left = diskSectors - sectorsOfGeometry(geometry) - alternates * heads * sectors;
      assert.ok(left >= 0 && left < heads * sectors, `${left}`);
    }),
  );
});
