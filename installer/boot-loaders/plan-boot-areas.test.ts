import assert from 'node:assert/strict';
import { test } from 'node:test';
import { machine, disk } from '../../partition-specs/testing/disk.ts';
import { planLayout } from '../../partition-specs/plan-layout.ts';
import { parsePartitionSpec } from '../../partition-specs/spec.ts';
import { locateBootAreas, planBootAreas } from './plan-boot-areas.ts';

const disks = [disk({ path: '/dev/sda', serial: 'A' }), disk({ path: '/dev/sdb', serial: 'B' })];

function areasOf(text: string) {
  return planBootAreas(
    planLayout({
      spec: parsePartitionSpec(text),
      facts: machine(...disks),
      bindings: { disk0: 'serial:A', disk1: 'serial:B' },
      machineId: '0b6f1d52-6a0e-4c3b-9a57-3f0d8c2e1a41',
    }),
  );
}

const MIRROR = 'disk0: (a 9G raid1 sys) disk1: (a 9G raid1 sys) sys: (ext4 /)';
const [first = assert.fail(), second = assert.fail()] = areasOf(MIRROR);

const lsblk = (...rows: readonly [string | null, string | null][]): string =>
  JSON.stringify({ blockdevices: rows.map(([pkname, partuuid]) => ({ pkname, partuuid })) });

test('the areas are boot code and core image, in bytes, on every disk of a mirror', () => {
  for (const [index, path] of ['/dev/sda', '/dev/sdb'].entries()) {
    const areas = [first, second][index];
    assert.equal(areas?.disk, path);
    assert.deepEqual(areas.areas, [
      { name: 'boot-code', startBytes: 0, sizeBytes: 440 },
      { name: 'core-image', startBytes: 1048576, sizeBytes: 1048576 },
    ]);
  }
});

test('on a DOS table the core image lies in the gap before the first partition', () => {
  const [only = assert.fail(), ...others] = areasOf('disk0: dos (a 1G ext4 /) (b 1G swap)');
  assert.deepEqual([others, only.areas[1]], [[], { name: 'core-image', startBytes: 512, sizeBytes: 1048576 - 512 }]);
  assert.match(only.partUuid, /^[0-9a-f]{8}-01$/);
});

test('when disks have swapped their names, the boot loader is looked for on the one that carries it', () => {
  const swapped = lsblk([null, null], ['sdb', first.partUuid.toUpperCase()], ['sda', second.partUuid]);
  const { found, missing } = locateBootAreas([first, second], swapped);
  assert.deepEqual([found.map((area) => area.disk), missing], [['/dev/sdb', '/dev/sda'], []]);
});

test('a mirror that has lost a disk keeps the other', () => {
  const { found, missing } = locateBootAreas([first, second], lsblk(['sda', second.partUuid]));
  assert.deepEqual([found.map((area) => area.disk), missing], [['/dev/sda'], [first]]);
});

test('none, or two disks that claim to be one: nothing is touched', () => {
  assert.throws(() => locateBootAreas([first], lsblk(['sda', 'other'])), /0 disks carry its partition/);
  const both = lsblk(['sda', first.partUuid], ['sdb', first.partUuid]);
  assert.throws(() => locateBootAreas([first], both), /2 disks carry/);
});
