import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DiskFacts } from './disk-facts.ts';
import { planLayout } from './plan-layout.ts';
import { parsePartitionSpec } from './spec.ts';
import { disk, machine } from './testing/disk.ts';

const GiB = 1024 ** 3;
const machineId = '0b6f1d52-6a0e-4c3b-9a57-3f0d8c2e1a41';
const sda = disk({ path: '/dev/sda', serial: 'A', sizeBytes: 200 * GiB });
const sdb = disk({ path: '/dev/sdb', serial: 'B', sizeBytes: 200 * GiB });
const mirror = '(a 1G raid1 b) (b rest raid1 s)';

/** The numbers of the active partitions of each disk: `1 | 1`. */
function activeOf(text: string, family: string, disks: readonly DiskFacts[]): string {
  const spec = parsePartitionSpec(text);
  const [first = '', second = ''] = spec.disks.map(({ name }) => name);
  const layout = planLayout({
    spec,
    facts: machine(...disks),
    bindings: { [first]: 'serial:A', [second]: 'serial:B' },
    machineId,
    family,
  });
  const active = layout.disks.map(({ partitions }) =>
    partitions.filter(({ bootable }) => bootable === true).map(({ number }) => number),
  );
  return active.map((numbers) => numbers.join(' ')).join(' | ');
}

const cases: [text: string, active: string, family?: string][] = [
  ['d: dos (a 1G ext4 /boot) (b rest ext4 /)', '1'],
  ['d: dos (a 1G swap) (b 1G ext4 /boot) (d rest ext4 /)', '2'],
  ['d: dos (a 1G swap) (b rest ext4 /)', '2'],
  ['d: dos (a 1G swap) (d rest ext4 /)', '1'],
  ['d: dos (a 1G swap) (b 9G ext4 /srv) (d 1G ext4 /boot) (e rest ext4 /)', '1'],
  ['d: dos (d rest ext4 /)', '4'],
  ['d: dos (a 1G ext4 /boot) e: dos (a rest ext4 /)', '1 | '],
  ['d: dos (a 1G ext4 /) e: dos (a rest ext4 /srv)', '1 | '],
  [`d: dos ${mirror} e: dos ${mirror} b: (ext4 /boot) s: (ext4 /)`, '1 | 1'],
  [`d: dos ${mirror} e: dos ${mirror} b: (swap) s: (ext4 /)`, '2 | 2'],
  [`d: dos ${mirror} e: dos ${mirror} b: (swap) s: (lvm vg) vg: (root rest ext4 /)`, '2 | 2'],
  ['d: dos (a 1G swap) (d rest raid1 s) e: dos (a 1G swap) (d rest raid1 s) s: (ext4 /)', '1 | 1'],
  ['d: dos (a 9G lvm vg) (b 9G lvm vg) vg: (root rest ext4 /)', '1'],
  ['hda: (a 10M msdos) (b rest msdos /)', '2', 'dos'],
  ['hda: (a 10M msdos) (d rest msdos /)', '1', 'dos'],
];
for (const [text, active, family = 'linux'] of cases) {
  test(`active on ${family}: ${text}`, () => {
    assert.equal(activeOf(text, family, [sda, sdb]), active);
  });
}
