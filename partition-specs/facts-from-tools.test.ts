import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../lib/errors.ts';
import { readRecording } from './testing/read-recording.ts';
import { blkidOf } from './blkid-output.ts';
import { diskFactsSchema } from './disk-facts.ts';
import type { DiskFacts } from './disk-facts.ts';
import { disksToProbe, placeProbes } from './disk-probes.ts';
import { diskFactsFromTools, stacksFromTools } from './facts-from-tools.ts';

function facts(name: string): Map<string, DiskFacts> {
  const disks = diskFactsFromTools(readRecording(name));
  for (const disk of disks) assert.deepEqual(diskFactsSchema.parse(disk), disk);
  return new Map(disks.map((disk) => [disk.path, disk]));
}

test('virtio without udev: the serial comes from sysfs, the CD drive is none of the disks', () => {
  const disks = facts('virtio');
  assert.deepEqual(disks.get('/dev/vda'), {
    path: '/dev/vda',
    kind: 'disk',
    serial: 'lab1-system',
    sizeBytes: 8 * 1024 ** 3,
    logicalSectorBytes: 512,
    physicalSectorBytes: 512,
    rotational: true,
    removable: false,
    readOnly: false,
    partitions: [],
    mountpoints: [],
    holders: [],
  });
  assert.equal(disks.get('/dev/sr0')?.kind, 'cdrom');
});

test('SATA with udev: tables, file systems, labels, mounts and the RAID on top', () => {
  const disks = facts('sata');
  const sda = disks.get('/dev/sda');
  assert.deepEqual(
    [sda?.serial, sda?.wwn, sda?.byPath],
    ['S3Z9NB0K812345L', '0x5002538e40a1b2c3', 'pci-0000:00:17.0-ata-1'],
  );
  assert.deepEqual(sda?.table, { kind: 'gpt', uuid: 'd2c1b0a9-8877-4655-9433-221100ffeedd' });
  assert.deepEqual(sda?.partitions[1], {
    number: 2,
    path: '/dev/sda2',
    startSector: 4096,
    sizeSectors: 209_715_200,
    type: '0FC63DAF-8483-4772-8E79-3D69D8477DE4',
    uuid: 'a1a1a1a1-0002-4002-8002-000000000002',
    fsType: 'ext4',
    fsUuid: '6c5f8d0e-93f4-4c0e-8d3b-0a9f5b6e7d21',
    fsLabel: 'old root',
    mountpoints: ['/'],
    holders: [],
  });
  assert.equal(sda?.partitions[0]?.fsType, undefined);
  assert.deepEqual(disks.get('/dev/sdb')?.partitions[0]?.holders, ['md127, mounted on /srv']);
  assert.deepEqual([disks.get('/dev/sdc')?.table?.kind, disks.get('/dev/sdc')?.removable], ['dos', true]);
});

test('NVMe with 4K sectors and a kernel that shows no partitions: the table and blkid say it', () => {
  const disk = facts('nvme').get('/dev/nvme0n1');
  assert.deepEqual([disk?.serial, disk?.wwn], ['S4EWNX0R712345', 'eui.002538b771b2c3d4']);
  assert.equal(disk?.model, 'SAMSUNG MZVLB512HBJQ-000L7');
  assert.deepEqual(
    disk?.partitions.map(({ number, path, fsType, fsLabel }) => [number, path, fsType, fsLabel]),
    [
      [1, undefined, 'vfat', 'ESP'],
      [2, undefined, 'ntfs', 'Windows'],
    ],
  );
});

test('a recorded ramdisk: serials and WWN that lsblk alone does not know', () => {
  const disks = [...facts('ramdisk').values()];
  assert.deepEqual(
    disks.map(({ path, serial, wwn, logicalSectorBytes }) => [path, serial, wwn, logicalSectorBytes]),
    [
      ['/dev/sda', 'SATA01', 'naa.5000c500a1b2c3d4', 512],
      ['/dev/vda', 'lab1-system', undefined, 512],
      ['/dev/nvme0n1', 'NV01', undefined, 4096],
    ],
  );
  for (const { partitions } of disks) {
    assert.deepEqual(
      partitions.map(({ number, path, fsType }) => [number, path !== undefined, fsType]),
      [
        [1, true, 'ext4'],
        [2, true, undefined],
        [128, true, undefined],
      ],
    );
  }
});

test('recorded USB disks: a stick and bridges, each with the serial number that it can be told by', () => {
  const disks = [...facts('usb').values()];
  assert.deepEqual(
    disks.map(({ path, serial, transport, removable, rotational }) => [path, serial, transport, removable, rotational]),
    [
      ['/dev/sda', 'WD-WX11D7654321', 'sata', false, true],
      ['/dev/sdb', 'ZA1DKJ7T', 'usb', false, true],
      ['/dev/sdc', '4C530001230808116475', 'usb', true, true],
      ['/dev/sdd', 'DD564198838A1', 'usb', false, true],
    ],
  );
  assert.deepEqual(disks[2]?.partitions[0]?.fsLabel, 'INSTALL');
});

test('a USB serial number counts for a USB disk only', () => {
  const { lsblk } = readRecording('virtio');
  const sysfs = { 'device/../../../../serial': 'of some controller\n' };
  const vda = diskFactsFromTools({ lsblk, probes: { '/dev/vda': { sysfs, signatures: {} } } })[1];
  assert.equal(vda?.serial, undefined);
});

test('a recorded RAID 1 with LVM, and an open LUKS partition: what runs on what, and who belongs together', () => {
  const disks = facts('md-lvm');
  const raid = { kind: 'raid', id: 'e817f59b-34ce-5e9c-9beb-5370c8965c36', name: 'any:0' };
  assert.deepEqual(disks.get('/dev/sda')?.partitions[1]?.group, raid);
  assert.deepEqual(disks.get('/dev/sdb')?.partitions[1]?.group, raid);
  assert.deepEqual(disks.get('/dev/sda')?.partitions[1]?.holders, [
    'md0',
    'my--vg-root, mounted on /mnt',
    'my--vg-swap, mounted on [SWAP]',
  ]);
  assert.deepEqual(disks.get('/dev/sda')?.partitions[3]?.mountpoints, ['[SWAP]']);
  assert.deepEqual(disks.get('/dev/sdb')?.partitions[2]?.fsType, 'crypto_LUKS');
  const group = { kind: 'lvm', id: 'xxc31a-elfH-C8RM-AcWH-KdrB-apbN-bDIc06', name: 'my-vg' };
  assert.deepEqual(stacksFromTools(readRecording('md-lvm')), [
    { path: '/dev/md0', name: 'md0', kind: 'raid', parents: ['/dev/sda2', '/dev/sdb2'], mountpoints: [], group },
    ...[
      ['root', '/mnt'],
      ['swap', '[SWAP]'],
    ].map(([name, mountpoint]) => ({
      path: `/dev/mapper/my--vg-${name}`,
      name: `my--vg-${name}`,
      kind: 'lvm',
      parents: ['/dev/md0'],
      mountpoints: [mountpoint],
    })),
    {
      path: '/dev/mapper/crypt-srv',
      name: 'crypt-srv',
      kind: 'crypt',
      parents: ['/dev/sdb3'],
      mountpoints: ['/mnt/srv'],
    },
  ]);
});

test('a physical volume is known by its UUID, whatever name pvs has for it; one in no group is in none', () => {
  const { lsblk } = readRecording('virtio');
  const signatures = { '/dev/vda': 'UUID=aaa-bbb\nTYPE=LVM2_member\nUSAGE=raid\n' };
  const groupOf = (vgName: string, uuid = 'aaa-bbb') => {
    const pv = { pv_name: '/dev/disk/by-id/x', pv_uuid: uuid, vg_name: vgName, vg_uuid: vgName && 'ccc' };
    const physicalVolumes = JSON.stringify({ report: [{ pv: [pv] }] });
    return diskFactsFromTools({ lsblk, physicalVolumes, probes: { '/dev/vda': { sysfs: {}, signatures } } })[1]?.group;
  };
  assert.deepEqual(groupOf('srv'), { kind: 'lvm', id: 'ccc', name: 'srv' });
  assert.equal(groupOf(''), undefined);
  assert.equal(groupOf('srv', 'other'), undefined);
});

test('groups of file systems and pools; a RAID of the firmware, which has no UUID, counts as one', () => {
  const { lsblk } = readRecording('virtio');
  const groupOf = (signature: string) =>
    diskFactsFromTools({ lsblk, probes: { '/dev/vda': { sysfs: {}, signatures: { '/dev/vda': signature } } } })[1]
      ?.group;
  assert.deepEqual(groupOf('UUID=1\nUUID_SUB=2\nLABEL=data\nTYPE=btrfs\n'), { kind: 'btrfs', id: '1', name: 'data' });
  assert.deepEqual(groupOf('UUID=77\nTYPE=zfs_member\n'), { kind: 'zfs', id: '77' });
  assert.deepEqual(groupOf('TYPE=isw_raid_member\n'), { kind: 'raid', id: 'isw_raid_member' });
  assert.equal(groupOf('UUID=1\nTYPE=ext4\n'), undefined);
});

test('the names of two disks exchanged: everything follows the hardware', () => {
  const [before, after] = [facts('sata'), facts('swapped-names')];
  const renamed = (text: string) => text.replaceAll(/sd[ab]/g, (name) => (name === 'sda' ? 'sdb' : 'sda'));
  for (const [path, disk] of before) {
    assert.deepEqual(after.get(renamed(path)), JSON.parse(renamed(JSON.stringify(disk))));
  }
});

const tree = (...blockdevices: object[]) => JSON.stringify({ blockdevices });
const node = (name: string, type: string, children: object[] = [], path = `/dev/${name}`) => ({
  name,
  path,
  type,
  size: 1,
  'log-sec': 512,
  'phy-sec': 512,
  rota: false,
  rm: false,
  ro: false,
  mountpoints: [null],
  children,
});
const mapped = (name: string, type: string, children: object[] = []) =>
  node(name, type, children, `/dev/mapper/${name}`);

test('stacks: on whole disks, once each with all parents, what carries before what is carried', () => {
  const volume = mapped('vg-thin', 'lvm');
  const raid = node('md127', 'raid1', [node('md127p1', 'part', [volume])]);
  const path = mapped('mpatha', 'mpath', [mapped('mpatha-part1', 'part')]);
  const stacks = stacksFromTools({
    lsblk: tree(
      // The volume is built on a later disk, too.
      node('sda', 'disk', [node('sda1', 'part', [volume])]),
      node('sdb', 'disk', [raid]),
      node('sdc', 'disk', [raid, node('bcache0', 'disk')]),
      node('sdd', 'disk', [path, mapped('plain', 'linear'), node('drbd0', 'drbd')]),
    ),
  });
  assert.deepEqual(
    stacks.map(({ path: at, kind, parents }) => [at, kind, ...parents]),
    [
      ['/dev/md127', 'raid', '/dev/sdb', '/dev/sdc'],
      ['/dev/md127p1', 'partition', '/dev/md127'],
      ['/dev/mapper/vg-thin', 'lvm', '/dev/sda1', '/dev/md127p1'],
      ['/dev/bcache0', 'bcache', '/dev/sdc'],
      ['/dev/mapper/mpatha', 'multipath', '/dev/sdd'],
      ['/dev/mapper/mpatha-part1', 'dm', '/dev/mapper/mpatha'],
      ['/dev/mapper/plain', 'dm', '/dev/sdd'],
      ['/dev/drbd0', 'other', '/dev/sdd'],
    ],
  );
});

test('a file system on the whole disk', () => {
  const { lsblk } = readRecording('virtio');
  const signatures = { '/dev/vda': 'DEVNAME=/dev/vda\nUUID=abc\nTYPE=LVM2_member\nUSAGE=raid\n' };
  const vda = diskFactsFromTools({ lsblk, probes: { '/dev/vda': { sysfs: {}, signatures } } })[1];
  assert.deepEqual([vda?.fsType, vda?.fsUuid], ['LVM2_member', 'abc']);
});

test('what to probe: every disk with a medium, then each partition by its place on the disk', () => {
  const { lsblk, probes } = readRecording('nvme');
  assert.deepEqual(
    disksToProbe(lsblk).map(({ path, sysfsName }) => [path, sysfsName]),
    [['/dev/nvme0n1', 'nvme0n1']],
  );
  const table = probes['/dev/nvme0n1']?.table;
  const shape = { sizeBytes: 4 * 1024 ** 4, sectorBytes: 512 };
  const [whole, first] = placeProbes({ path: '/dev/nvme0n1', ...shape }, table);
  assert.equal(whole?.argv.at(-2), 'filesystem,raid,crypto,other');
  assert.deepEqual(
    [first?.place.key, first?.argv.slice(-5)],
    ['/dev/nvme0n1p1', ['--offset', '1048576', '--size', '536870912', '/dev/nvme0n1']],
  );
  assert.deepEqual(
    placeProbes({ path: '/dev/sda', ...shape }, undefined).map(({ place }) => place.key),
    ['/dev/sda', 'free@2048'],
  );
});

test('blkid escapes what a shell would mind', () => {
  assert.deepEqual(blkidOf('LABEL=a\\ b\\"c\nUUID=1\nPART_ENTRY_TYPE=no\nTYPE=ext4\n'), {
    LABEL: 'a b"c',
    UUID: '1',
    TYPE: 'ext4',
  });
  assert.deepEqual(blkidOf(''), {});
});

for (const lsblk of ['', '[]', '{"blockdevices":[{"name":"sda"}]}']) {
  test(`refused as lsblk's output: '${lsblk}'`, () => {
    assert.throws(() => diskFactsFromTools({ lsblk, probes: {} }), UserError);
  });
}
