import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { planFat } from './plan-fat.ts';

const MiB = 1024 ** 2;

function fat(sizeBytes: number, given: { largestBits?: 16 | 32; sectorBytes?: 512 | 4096; startSector?: number } = {}) {
  const { largestBits = 32, sectorBytes = 512, startSector = 2048 } = given;
  const plan = planFat({ startSector, sizeSectors: sizeBytes / sectorBytes, sectorBytes, largestBits });
  return plan === undefined ? undefined : [plan.bits, plan.sectorsPerCluster * sectorBytes, plan.dosType];
}

test('width, bytes of a cluster and DOS type at the limits', () => {
  const cases: [ReturnType<typeof fat>, ReturnType<typeof fat>][] = [
    [fat(MiB), [12, 512, '1']],
    [fat(4 * MiB), [12, 2048, '1']],
    [fat(5 * MiB), [16, 1024, '4']],
    [fat(31 * MiB), [16, 2048, '4']],
    [fat(32 * MiB), [16, 2048, '6']],
    [fat(512 * MiB), [16, 8192, '6']],
    [fat(513 * MiB), [32, 4096, 'c']],
    [fat(513 * MiB, { largestBits: 16 }), [16, 16_384, '6']],
    [fat(2047 * MiB, { largestBits: 16 }), [16, 32_768, '6']],
    [fat(2048 * MiB, { largestBits: 16 }), undefined],
    [fat(8192 * MiB), [32, 4096, 'c']],
    [fat(8193 * MiB), [32, 8192, 'c']],
    [fat(100 * MiB, { startSector: 20_000_000 }), [16, 2048, 'e']],
    [fat(14 * MiB, { sectorBytes: 4096 }), [12, 4096, '1']],
    [fat(100 * MiB, { sectorBytes: 4096 }), [16, 4096, '6']],
  ];
  for (const [found, wanted] of cases) assert.deepEqual(found, wanted);
});

test('the count of clusters is one of that width, and a cluster is a power of two up to 32 KiB', () => {
  const limits = { 12: [0, 4084], 16: [4085, 65_524], 32: [65_525, 2 ** 28 - 11] } as const;
  const size = fc.oneof(fc.integer({ min: 64, max: 20_000 }), fc.integer({ min: 20_000, max: 1024 ** 3 }));
  fc.assert(
    fc.property(size, fc.constantFrom(512, 4096), fc.constantFrom(16, 32), (kibibytes, sectorBytes, largestBits) => {
      const sizeSectors = Math.floor((kibibytes * 1024) / sectorBytes);
      const plan = planFat({ startSector: 63, sizeSectors, sectorBytes, largestBits });
      if (plan === undefined) return assert.ok(largestBits === 16 && kibibytes > 2047 * 1024);
      const clusters = sizeSectors / plan.sectorsPerCluster;
      const [least, most] = limits[plan.bits];
      assert.ok(clusters >= least && clusters <= most + 16, `${clusters} clusters of FAT${plan.bits}`);
      const clusterBytes = plan.sectorsPerCluster * sectorBytes;
      assert.ok(Number.isInteger(Math.log2(plan.sectorsPerCluster)) && clusterBytes <= 32_768);
    }),
    { numRuns: 2000 },
  );
});
