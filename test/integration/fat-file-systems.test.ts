// FATs as we plan them, made by mkfs.fat on sparse files; fsck.fat and blkid take them for what they should be.
import assert from 'node:assert/strict';
import { mkdtemp, open, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCommand } from '../../lib/run-command.ts';
import { planFat } from '../../partition-specs/plan-fat.ts';
import { renderMkfsFat } from '../../partition-specs/render/dos-commands.ts';

const MiB = 1024 ** 2;
const START_SECTOR = 2048;

/** Around every limit of the plan. */
const cases: { sizeMiB: number; bits: number; sectorBytes?: 4096; largestBits?: 16 }[] = [
  { sizeMiB: 1, bits: 12 },
  { sizeMiB: 4, bits: 12 },
  { sizeMiB: 5, bits: 16 },
  { sizeMiB: 16, bits: 16 },
  { sizeMiB: 17, bits: 16 },
  { sizeMiB: 128, bits: 16 },
  { sizeMiB: 256, bits: 16 },
  { sizeMiB: 512, bits: 16 },
  { sizeMiB: 513, bits: 32 },
  { sizeMiB: 8193, bits: 32 },
  { sizeMiB: 1024, bits: 16, largestBits: 16 },
  { sizeMiB: 2047, bits: 16, largestBits: 16 },
  { sizeMiB: 10, bits: 12, sectorBytes: 4096 },
  { sizeMiB: 17, bits: 16, sectorBytes: 4096 },
  { sizeMiB: 600, bits: 32, sectorBytes: 4096 },
];

for (const { sizeMiB, bits, sectorBytes = 512, largestBits = 32 } of cases) {
  test(`${sizeMiB} MiB in sectors of ${sectorBytes}: FAT${bits}`, async () => {
    await using cleanup = new AsyncDisposableStack();
    const directory = await mkdtemp(join(tmpdir(), 'fat-test-'));
    cleanup.defer(() => rm(directory, { recursive: true }));
    const file = join(directory, 'partition.img');
    await writeFile(file, '');
    await truncate(file, sizeMiB * MiB);
    const extent = { startSector: START_SECTOR, sizeSectors: (sizeMiB * MiB) / sectorBytes, sectorBytes };
    const fat = planFat({ ...extent, largestBits }) ?? assert.fail('no FAT');
    const { argv } = renderMkfsFat({ ...extent, fat, volumeId: 'feed0001', volumeLabel: 'DOSC' }, file);
    const made = await runCommand(argv);
    assert.doesNotMatch(made.stderr + made.stdout, /warning/i);
    await runCommand(['fsck.fat', '-n', file]);
    const { stdout } = await runCommand(['blkid', '--probe', '--output', 'export', file]);
    assert.match(stdout, new RegExp(`^VERSION=FAT${bits}$`, 'm'));
    assert.match(stdout, /^UUID=FEED-0001$/m);
    assert.match(stdout, /^LABEL=DOSC$/m);
    const sector = Buffer.alloc(512);
    await using handle = await open(file);
    await handle.read(sector, 0, sector.length, 0);
    assert.deepEqual(
      [sector.readUInt16LE(11), sector.readUInt8(13), sector.readUInt16LE(24), sector.readUInt16LE(26)],
      [sectorBytes, fat.sectorsPerCluster, 63, 255],
    );
    assert.equal(sector.readUInt32LE(28), START_SECTOR);
  });
}
