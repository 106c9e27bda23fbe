import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GiB } from '../lib/bytes.ts';
import { planLayout } from './plan-layout.ts';
import { parsePartitionSpec } from './spec.ts';
import { disk, machine } from './testing/disk.ts';

const disks = ['A', 'B'].map((serial, index) => {
  return disk({ path: `/dev/sd${'ab'[index]}`, serial, sizeBytes: 4096 * GiB });
});

const cases: [text: string, devices: string[]][] = [
  ['disk0: (a rest ext4 /)', ['/dev/sda1']],
  ['disk0: (a 1G ext4 /boot) (b rest ext4 /)', []],
  ['disk0: (a 20G ext4 /) (b rest ext4 /srv)', []],
  ['disk0: (b 3T ext4 /srv) (a 1G ext4 /boot) (c 20G ext4 /)', ['/dev/sda1']],
  ['disk0: (a rest raid1 m) disk1: (a rest raid1 m) m: (lvm v) v: (root 20G ext4 /)', ['/dev/sda1', '/dev/sdb1']],
  ['disk0: (a 20G ext4 /) disk1: (a rest ext4 /srv)', []],
];
for (const [text, devices] of cases) {
  test(`a BIOS may not reach ${devices.join(', ') || 'nothing'} of ${text}`, () => {
    const bindings = { disk0: 'serial:A', disk1: 'serial:B' };
    const machineId = '0b6f1d52-6a0e-4c3b-9a57-3f0d8c2e1a41';
    const plan = (firmware: 'bios' | 'uefi') =>
      planLayout({ spec: parsePartitionSpec(text), facts: { ...machine(...disks), firmware }, bindings, machineId });
    const notes = plan('bios').notes.filter((note) => note.includes('ends beyond 2.00 TiB'));
    assert.deepEqual(
      notes.map((note) => note.split(' ')[0]),
      devices,
    );
    assert.doesNotMatch(plan('uefi').notes.join('\n'), /ends beyond/);
  });
}
