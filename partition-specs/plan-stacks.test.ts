import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GiB, MiB } from '../lib/bytes.ts';
import { FaultsError } from '../lib/errors.ts';
import { planLayout } from './plan-layout.ts';
import { renderLinux } from './render/linux.ts';
import { parsePartitionSpec } from './spec.ts';
import { disk, machine } from './testing/disk.ts';

const disks = [
  disk({ path: '/dev/sda', serial: 'A', sizeBytes: 64 * GiB }),
  disk({ path: '/dev/sdb', serial: 'B', sizeBytes: 60 * GiB }),
];

function plan(text: string) {
  return planLayout({
    spec: parsePartitionSpec(text),
    facts: machine(...disks),
    bindings: { disk0: 'serial:A', disk1: 'serial:B' },
    machineId: '0b6f1d52-6a0e-4c3b-9a57-3f0d8c2e1a41',
  });
}

const SERVER =
  'disk0: (a 1G raid1 boot) (b rest raid1 sys) disk1: (a 1G raid1 boot) (b rest raid1 sys) ' +
  'boot: (ext4 /boot) sys: (lvm vg0) vg0: (root 20G ext4 /) (swap 4G swap) (home rest xfs /home noatime)';

test('a mirrored server: arrays, a group on one of them, both disks boot', () => {
  const layout = plan(SERVER);
  assert.deepEqual(layout.bootDisks, ['disk0', 'disk1']);
  const [boot = assert.fail(), sys = assert.fail()] = layout.arrays;
  assert.deepEqual(
    [boot.device, boot.content?.mountPoint, sys.device, sys.partOf?.of],
    ['/dev/md0', '/boot', '/dev/md1', 'vg0'],
  );
  // The smaller member decides; two MiB in front and two behind are left.
  const smallest = Math.min(...layout.disks.map(({ partitions }) => partitions.at(-1)?.sizeSectors ?? 0)) * 512;
  assert.equal(sys.sizeBytes, smallest - 4 * MiB);
  const [group = assert.fail()] = layout.groups;
  const extents = group.volumes.map((volume) => volume.extents);
  assert.deepEqual(group.parts, ['/dev/md1']);
  assert.deepEqual(extents.slice(0, 2), [5120, 1024]);
  assert.equal(
    extents.reduce((sum, count) => sum + count, 0),
    Math.floor((sys.sizeBytes - MiB) / group.extentBytes),
  );
  for (const { partitions } of layout.disks) {
    assert.deepEqual(
      partitions.map(({ number, type }) => [number, type.slice(0, 8)]),
      [
        [128, '21686148'],
        [1, 'a19d880f'],
        [2, 'a19d880f'],
      ],
    );
  }
});

test('what is run: tables, arrays, group, then file systems; the kernel is told the volume', () => {
  const { operations, root, files, mounts } = renderLinux(plan(SERVER));
  const order = operations.map(({ kind }) => kind).filter((kind, index, all) => kind !== all[index - 1]);
  assert.deepEqual(order.slice(-4), ['array', 'volume', 'mkfs', 'mkswap'].concat('mkfs').slice(-4));
  assert.equal(root, '/dev/mapper/vg0-root');
  assert.deepEqual(
    mounts.map(({ device }) => device),
    ['/dev/mapper/vg0-root', '/dev/md0', '/dev/mapper/vg0-home'],
  );
  assert.match(
    files.find(({ path }) => path === '/etc/mdadm/mdadm.conf')?.text ?? '',
    /ARRAY \/dev\/md\/boot .*UUID=(\w{8}:){3}\w{8}\n/,
  );
});

test('a group on two disks, a root on an array without a group', () => {
  const spread = plan('disk0: (a 5G ext4 /) (b rest lvm pool) disk1: (a rest lvm pool) pool: (srv 100% xfs /srv)');
  assert.deepEqual([spread.bootDisks, spread.groups[0]?.parts], [['disk0'], ['/dev/sda2', '/dev/sdb1']]);
  const plain = plan('disk0: (a rest raid1 sys) disk1: (a rest raid1 sys) sys: (ext4 /)');
  assert.equal(renderLinux(plain).root, `UUID=${plain.arrays[0]?.content?.uuid}`);
});

const refused: [text: string, message: RegExp][] = [
  ['disk0: (a 5G raid1 sys) sys: (ext4 /)', /array sys has one member; a mirror needs two/],
  ['disk0: (a 5G raid1 sys) (b 5G raid1 sys) sys: (ext4 /)', /two members of array sys lie on one disk/],
  ['disk0: (a 5G raid1 sys) disk1: (a 5G raid1 sys)', /nothing says what sys holds\n.*\n.*\n.*add 'sys: \(ext4 \/\)'/],
  ['disk0: (a 5G ext4 /) (b 5G lvm vg0)', /nothing says what vg0 holds/],
  ['disk0: (a 5G raid1) (b 5G ext4 /)', /'raid1' needs the name of what it becomes a part of/],
  [
    'disk0: (a 5G raid1 sys data) disk1: (a 5G raid1 sys) sys: (ext4 /)',
    /'data' after raid1 sys: data belongs to the file system on top/,
  ],
  ['disk0: (a 5G raid1 sys) disk1: (a 5G raid1 sys) sys: (ext4 /) (swap)', /array sys holds one thing/],
  ['disk0: (a 5G raid1 sys) disk1: (a 5G raid1 sys) sys: (raid1 x)', /an array is made of partitions/],
  [
    'disk0: (a 5G ext4 /) (b 5G lvm v) v: (root 5G lvm w) w: (x 1G ext4 /x)',
    /a volume cannot be part of a volume group/,
  ],
  ['disk0: (a 5G ext4 /) (b 5G lvm v) v: (x 1G ext4 /x) (x 1G ext4 /y)', /volume x of v is given a second time/],
  [
    'disk0: (a 5G ext4 /) (b 5G lvm v) v: (x 6G ext4 /x)',
    /volume group v is too small: it has 5.00 GiB, and 6.00 GiB are asked for/,
  ],
  [
    'disk0: (a 5G ext4 /) (b 70M raid1 m) disk1: (a 70M raid1 m) m: (xfs /x)',
    /66.0 MiB for xfs in array m; it needs 300 MiB/,
  ],
  ['disk0: mbr (a 5G ext4 /)', /expected a partition in parentheses, or gpt or dos, found 'mbr'/],
];
for (const [text, message] of refused) {
  test(`refused: ${text}`, () => {
    assert.throws(
      () => plan(text),
      (error) => {
        assert.ok(error instanceof FaultsError);
        assert.match(error.message, message);
        return true;
      },
    );
  });
}
