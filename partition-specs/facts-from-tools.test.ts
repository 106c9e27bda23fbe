import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../lib/errors.ts';
import { readRecording } from './testing/read-recording.ts';
import { blkidOf } from './blkid-output.ts';
import { diskFactsSchema } from './disk-facts.ts';
import type { DiskFacts } from './disk-facts.ts';
import { disksToProbe, signatureProbes } from './disk-probes.ts';
import { diskFactsFromTools } from './facts-from-tools.ts';

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

test('a file system on the whole disk', () => {
  const { lsblk } = readRecording('virtio');
  const signatures = { '/dev/vda': 'DEVNAME=/dev/vda\nUUID=abc\nTYPE=LVM2_member\nUSAGE=raid\n' };
  const vda = diskFactsFromTools({ lsblk, probes: { '/dev/vda': { sysfs: {}, signatures } } })[1];
  assert.deepEqual([vda?.fsType, vda?.fsUuid], ['LVM2_member', 'abc']);
});

test('what to probe: every disk with a medium, then each partition by its place on the disk', () => {
  const { lsblk, probes } = readRecording('nvme');
  assert.deepEqual(disksToProbe(lsblk), [{ path: '/dev/nvme0n1', sysfsName: 'nvme0n1' }]);
  const table = probes['/dev/nvme0n1']?.table;
  const [first] = signatureProbes('/dev/nvme0n1', table);
  assert.deepEqual(
    [first?.path, first?.argv.slice(-5)],
    ['/dev/nvme0n1p1', ['--offset', '1048576', '--size', '536870912', '/dev/nvme0n1']],
  );
  assert.deepEqual(
    signatureProbes('/dev/sda', undefined).map(({ path }) => path),
    ['/dev/sda'],
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
