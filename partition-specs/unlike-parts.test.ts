import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GiB } from '../lib/bytes.ts';
import { FaultsError } from '../lib/errors.ts';
import type { DiskFacts } from './disk-facts.ts';
import { planLayout } from './plan-layout.ts';
import { renderLinux } from './render/linux.ts';
import { parsePartitionSpec } from './spec.ts';
import { disk, machine } from './testing/disk.ts';

function plan(text: string, second: Partial<DiskFacts>, first: Partial<DiskFacts> = {}) {
  const disks = [
    disk({ path: '/dev/sda', serial: 'A', sizeBytes: 64 * GiB, ...first }),
    disk({ path: '/dev/sdb', serial: 'B', sizeBytes: 64 * GiB, ...second }),
  ];
  const bindings = { disk0: 'serial:A', disk1: 'serial:B' };
  const machineId = '0b6f1d52-6a0e-4c3b-9a57-3f0d8c2e1a41';
  return planLayout({ spec: parsePartitionSpec(text), facts: machine(...disks), bindings, machineId });
}

const FOUR_K = { logicalSectorBytes: 4096, physicalSectorBytes: 4096 };
const GROUP = 'disk0: (a 1G ext4 /) (b rest lvm vg0) disk1: (a rest lvm vg0) vg0: (srv rest vfat /srv)';
const MIRRORS = 'disk0: (a 1G ext4 /) (b 9G raid1 m) disk1: (b 9G raid1 m) m: (vfat /srv)';
const GROUP_ON_MIRROR =
  'disk0: (a 1G ext4 /) (b 9G raid1 m) (c 9G lvm v) disk1: (b 9G raid1 m) (c 9G lvm v) m: (lvm v) v: (x 9G vfat /srv)';

for (const text of [GROUP, GROUP_ON_MIRROR]) {
  test(`refused with sectors of 512 and 4096: ${text}`, () => {
    assert.throws(
      () => plan(text, FOUR_K),
      (error) =>
        error instanceof FaultsError && /sectors of different sizes \(in bytes: .*of 512.*4096/.test(error.message),
    );
    assert.ok(plan(text, {}));
    assert.ok(plan(text, FOUR_K, FOUR_K));
  });
}

test('a mirror of both is made, has the larger sectors, and says so', () => {
  const layout = plan(MIRRORS, FOUR_K);
  assert.match(layout.notes.join('\n'), /array m has the larger sectors .*\/dev\/sda2 of 512, \/dev\/sdb2 of 4096/);
});

const clusters: [text: string, second: Partial<DiskFacts>, first: Partial<DiskFacts>, sectorsPerCluster: string][] = [
  [MIRRORS.replaceAll('9G', '100M'), {}, {}, '4'],
  [MIRRORS.replaceAll('9G', '100M'), FOUR_K, {}, '1'],
  [GROUP.replace('rest vfat', '60M vfat'), FOUR_K, FOUR_K, '1'],
  [GROUP.replace('rest vfat', '60M vfat'), {}, {}, '4'],
];
for (const [text, second, first, sectorsPerCluster] of clusters) {
  test(`FAT on ${text} counts clusters in the sectors below it: ${sectorsPerCluster}`, () => {
    const operation = renderLinux(plan(text, second, first)).operations.find(({ argv }) => argv[0] === 'mkfs.vfat');
    assert.deepEqual(operation?.argv.slice(1, 5), ['-F', '16', '-s', sectorsPerCluster]);
  });
}

test('a mirror of unequal members says how much is unused', () => {
  const text = 'disk0: (a 1G ext4 /) (b rest raid1 m) disk1: (b rest raid1 m) m: (ext4 /srv)';
  const { notes } = plan(text, { sizeBytes: 100 * GiB });
  assert.deepEqual(notes, ['array m is as large as its smallest member: 37.0 GiB of /dev/sdb2 stay unused']);
  assert.deepEqual(plan(MIRRORS, {}).notes, []);
});

test('a BIOS that should start from sectors of 4096 bytes is warned of', () => {
  const text = 'disk0: (a rest ext4 /) disk1: (a rest ext4 /srv)';
  assert.match(plan(text, {}, FOUR_K).notes.join('\n'), /disk0 has sectors of 4096 bytes: BIOS firmware starts from/);
  assert.deepEqual(plan(text, FOUR_K).notes, []);
});
