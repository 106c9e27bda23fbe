import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePartitionSpec } from './spec.ts';
import { stackNameProblems } from './stack-names.ts';

const problems = (text: string) =>
  stackNameProblems(parsePartitionSpec(text)).map(({ column, message }) => `${column}: ${message}`);
const group = (name: string) => problems(`disk0: (a rest lvm ${name}) ${name}: (root rest ext4 /)`);
const volume = (name: string) => problems(`disk0: (a rest lvm vg0) vg0: (${name} rest ext4 /)`);
const array = (name: string) =>
  problems(`disk0: (a rest raid1 ${name}) disk1: (a rest raid1 ${name}) ${name}: (ext4 /)`);

for (const name of ['vg0', 'system', 'root', 'data1', 'sdata', 'main', 'ubuntu_vg', 'diskgroup', 'tty_', 'x_tdata']) {
  test(`a volume group may be ${name}`, () => assert.deepEqual(group(name), []));
}
const devices =
  'null mapper shm disk log core md fd snapshot sda sdaa3 vdb1 nvme0n1 nvme0n1p2 mmcblk0boot0 md127 loop0 loop0p1 ttyS0 tty1 sr0';
for (const name of devices.split(' ')) {
  test(`no volume group: ${name}`, () => assert.match(group(name).join(), /^\d+: volume group '\w+' would be \/dev\//));
}

// What lvcreate of LVM 2.03 says yes to, and no.
for (const name of ['mysnapshot', 'Snapshot', 'lvol0', 'tdata', 'mlog', 'x_vpool', 'x_dump', 'swap']) {
  test(`a volume may be ${name}`, () => assert.deepEqual(volume(name), []));
}
for (const name of ['snapshot', 'snapshots', 'pvmove', 'pvmove0', 'x_mlog', 'x_mimagetmp', 'a_rimage_0', 'x_rmeta']) {
  test(`no volume: ${name}`, () => assert.match(volume(name).join(), /LVM keeps names .* for itself/));
}
const parts = 'tdata tmeta cdata cmeta corig cpool cvol wcorig pmspare vdata vorigin iorig imeta mlogx'.split(' ');
for (const part of parts) {
  test(`no volume: x_${part}`, () => assert.match(volume(`x_${part}`).join(), /LVM keeps names with _\w+ for itself/));
}

test('an array has 27 letters, and mdadm would cut more', () => {
  assert.deepEqual(array('a'.repeat(27)), []);
  assert.match(array('a'.repeat(28)).join(), /too long: mdadm has room for 27 letters/);
});
