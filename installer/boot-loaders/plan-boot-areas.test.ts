import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Layout } from '../../partition-specs/layout.ts';
import { locateBootAreas, planBootAreas } from './plan-boot-areas.ts';

const core = { type: '21686148-6449-6e6f-744e-656564454649', uuid: 'c0c0', startSector: 2048, sizeSectors: 2048 };
const layout = {
  bootDisk: 'disk0',
  disks: [{ name: 'disk0', hardware: { path: '/dev/sda', logicalSectorBytes: 512 }, partitions: [core] }],
} as unknown as Layout;
const areas = planBootAreas(layout);

const lsblk = (...rows: readonly [string | null, string | null][]): string =>
  JSON.stringify({ blockdevices: rows.map(([pkname, partuuid]) => ({ pkname, partuuid })) });

test('the areas are boot code and core image, in bytes', () => {
  assert.deepEqual(areas.areas, [
    { name: 'boot-code', startBytes: 0, sizeBytes: 440 },
    { name: 'core-image', startBytes: 1048576, sizeBytes: 1048576 },
  ]);
});

test('when disks have swapped their names, the boot loader is looked for on the one that carries it', () => {
  const swapped = lsblk([null, null], ['sda', 'other'], ['sdb', 'C0C0']);
  assert.equal(locateBootAreas(areas, layout, swapped).disk, '/dev/sdb');
});

test('none or two such disks: nothing is touched', () => {
  assert.throws(() => locateBootAreas(areas, layout, lsblk(['sda', 'other'])), /0 disks carry its partition c0c0/);
  assert.throws(() => locateBootAreas(areas, layout, lsblk(['sda', 'c0c0'], ['sdb', 'c0c0'])), /2 disks carry/);
});
