import assert from 'node:assert/strict';
import { test } from 'node:test';
import { disk } from './testing/disk.ts';
import { bindDisks } from './bind-disks.ts';
import { diskBindings } from './disk-bindings.ts';
import { diskFactsFromTools } from './facts-from-tools.ts';
import { readRecording } from './testing/read-recording.ts';

const T = 1024 ** 4;
const ssd = disk({
  path: '/dev/sda',
  serial: 'SSD1',
  wwn: '0x5002538E40A1B2C3',
  sizeBytes: T / 2,
  byPath: 'pci-0000:00:17.0-ata-1',
});
const hdd = disk({ path: '/dev/sdb', serial: 'HDD1', sizeBytes: 4 * T, rotational: true });
const hdd2 = disk({ path: '/dev/sdc', serial: 'HDD2', sizeBytes: 8 * T, rotational: true });
const stick = disk({ path: '/dev/sdd', serial: 'STICK', removable: true });
const locked = disk({ path: '/dev/sde', serial: 'LOCKED', readOnly: true });
const cd = disk({ path: '/dev/sr0', kind: 'cdrom', removable: true });
const loop = disk({ path: '/dev/loop0', kind: 'loop' });
const zram = disk({ path: '/dev/zram0', kind: 'ram', sizeBytes: 0 });
const noMedium = disk({ path: '/dev/sdf', sizeBytes: 0 });
const odds = [stick, locked, cd, loop, zram, noMedium];

const recorded: [fixture: string, selector: string, path: string | undefined][] = [
  ['virtio', 'serial:lab1-system', '/dev/vda'],
  ['sata', 'serial:S3Z9NB0K812345L', '/dev/sda'],
  ['swapped-names', 'serial:S3Z9NB0K812345L', '/dev/sdb'],
  ['swapped-names', 'wwn:0x50014ee2b9c8d7e6', '/dev/sda'],
  ['swapped-names', 'path:pci-0000:00:17.0-ata-1', '/dev/sdb'],
  ['swapped-names', 'size:3T- rotational:yes', '/dev/sda'],
  ['swapped-names', 'rotational:no', '/dev/sdb'],
  ['nvme', 'serial:S4EWNX0R712345', '/dev/nvme0n1'],
  ['nvme', 'wwn:eui.002538b771b2c3d4', '/dev/nvme0n1'],
  ['ramdisk', 'serial:NV01', '/dev/nvme0n1'],
  ['ramdisk', 'wwn:0x5000c500a1b2c3d4', '/dev/sda'],
  ['usb', 'serial:4C530001230808116475', '/dev/sdc'],
  ['usb', 'serial:DD564198838A1', '/dev/sdd'],
  ['usb', 'serial:ZA1DKJ7T', '/dev/sdb'],
  // Of the bridge: the disk in it has one of its own.
  ['usb', 'serial:BRIDGE0001', undefined],
  ['usb', 'size:400M-600M', undefined],
  ['md-lvm', 'wwn:naa.5002538e40a1b2c4', '/dev/sdb'],
  ['md-lvm', 'rotational:no', undefined],
];
for (const [fixture, selector, path] of recorded) {
  test(`recorded ${fixture}: '${selector}' binds ${path ?? 'nothing'}`, () => {
    const disks = diskFactsFromTools(readRecording(fixture));
    const { bound, faults } = bindDisks(['disk0'], { disk0: selector }, disks);
    assert.equal(bound.get('disk0')?.disk.path, path);
    // Every disk is in the error, each with its reason.
    const lines = faults[0]?.message.split('\n').slice(1) ?? [];
    assert.equal(lines.length, path === undefined ? disks.length : 0);
    assert.ok(
      lines.every((line) => /^ +(serial \S+|no serial) \(\/dev\/\w+, .*\): (fits|\w.* is )/.test(line)),
      lines.join('\n'),
    );
  });
}

test('a stick is never the only fixed disk; a USB bridge is a fixed disk like any other', () => {
  const disks = diskFactsFromTools(readRecording('usb'));
  const message = bindDisks(['disk0'], {}, disks).faults[0]?.message ?? '';
  assert.match(message, /3 disks fit, exactly one must/);
  assert.match(message, /serial 4C530001230808116475 .*: is removable/);
});

const selectors: [selector: string, path: string | undefined][] = [
  ['serial:SSD1', '/dev/sda'],
  ['serial:ssd1', undefined],
  ['wwn:0x5002538e40a1b2c3', '/dev/sda'],
  ['wwn:naa.5002538e40a1b2c3', '/dev/sda'],
  ['path:/dev/disk/by-path/pci-0000:00:17.0-ata-1', '/dev/sda'],
  ['path:pci-0000:00:17.0-ata-1', '/dev/sda'],
  ['path:/dev/sdb', '/dev/sdb'],
  ['size:100G-1T rotational:no', '/dev/sda'],
  ['size:100G-', undefined],
  ['size:6T-', '/dev/sdc'],
  ['size:3T-5T', '/dev/sdb'],
  ['rotational:yes', undefined],
  ['rotational:yes size:-5T', '/dev/sdb'],
  ['rotational:no size:5T-', undefined],
  ['serial:STICK', '/dev/sdd'],
  ['serial:LOCKED', undefined],
  ['path:/dev/loop0', undefined],
];
for (const [selector, path] of selectors) {
  test(`'${selector}' binds ${path ?? 'nothing'}`, () => {
    const { bound, faults } = bindDisks(['disk0'], { disk0: selector }, [ssd, hdd, hdd2, stick, locked, cd, loop]);
    assert.equal(bound.get('disk0')?.disk.path, path, faults[0]?.message ?? '');
    assert.equal(faults.length, path === undefined ? 1 : 0);
  });
}

for (const selector of [
  '',
  'SSD1',
  'serial:',
  'speed:7200',
  'size:100G',
  'size:-',
  'size:5T-1T',
  'rotational:maybe',
  'toString:x',
]) {
  test(`'${selector}' is no selector`, () => {
    const { bound, faults } = bindDisks(['disk0'], { disk0: selector }, [ssd]);
    assert.equal(bound.size, 0);
    assert.match(faults[0]?.message ?? '', /is none of serial|it is empty/);
  });
}

test('unbound, the only fixed disk is taken, whatever else is attached', () => {
  const { bound } = bindDisks(['disk0'], {}, [ssd, ...odds]);
  assert.deepEqual(bound.get('disk0'), { disk: ssd, boundBy: 'the only fixed disk of the machine' });
});

test('unbound with two fixed disks: an error that lists every disk with its reason', () => {
  const { faults } = bindDisks(['disk0'], {}, [ssd, hdd, ...odds]);
  const message = faults[0]?.message ?? '';
  assert.match(message, /2 disks fit, exactly one must/);
  for (const reason of [
    /serial SSD1 \(\/dev\/sda, .*\): fits/,
    /serial HDD1 .*: fits/,
    /serial STICK .*: is removable/,
    /serial LOCKED .*: is read-only/,
    /\/dev\/sr0.*: is not a disk but of kind 'cdrom'/,
    /\/dev\/loop0.*: is not a disk but of kind 'loop'/,
    /\/dev\/zram0.*: is not a disk but of kind 'ram'/,
    /\/dev\/sdf.*: has no medium/,
  ]) {
    assert.match(message, reason);
  }
});

test('a selector that fits nothing says what was found instead', () => {
  const { faults } = bindDisks(['disk0'], { disk0: 'serial:NEW size:1T-' }, [ssd, hdd]);
  assert.match(faults[0]?.message ?? '', /no disk fits\n.*serial is SSD1, size is 512 GiB\n.*: serial is HDD1$/);
});

test('no disks at all', () => {
  assert.match(bindDisks(['disk0'], {}, []).faults[0]?.message ?? '', /the machine has no disks/);
});

test('two names on one disk', () => {
  const { bound, faults } = bindDisks(['disk0', 'disk1'], { disk0: 'serial:SSD1', disk1: 'rotational:no' }, [ssd, hdd]);
  assert.deepEqual([...bound.keys()], ['disk0']);
  assert.match(faults[0]?.message ?? '', /disk1 and disk0 are both bound to serial SSD1/);
});

test('bindings are the DISK_ variables of a record', () => {
  assert.deepEqual(diskBindings({ DISK_hda: 'serial:x', DISK_: 'y', DISKS: 'z', PARTITION: 'p' }), { hda: 'serial:x' });
});

test('a geometry that no label has room for is a fault of DISK_<name>', () => {
  for (const geometry of [
    '70000x1',
    '1x70000',
    '0x63',
    '255x0',
    '65536x1',
    '-1x63',
    '255',
    '255x63x1',
    'x',
    '',
    '1e3x1',
  ]) {
    const { bound, faults } = bindDisks(['c0t0d0'], { c0t0d0: `serial:HDD1 geometry:${geometry}` }, [hdd]);
    assert.equal(bound.size, 0, geometry);
    assert.match(faults[0]?.message ?? '', /is not geometry:HEADSxSECTORS, both from 1 to 65535/);
    assert.equal(faults[0]?.where, 'DISK_c0t0d0');
  }
  for (const geometry of ['1x1', '14x72', '255x63', '65535x65535']) {
    const { bound } = bindDisks(['d'], { d: `serial:HDD1 geometry:${geometry}` }, [hdd]);
    const { heads, sectorsPerTrack } = bound.get('d')?.disk.geometry ?? assert.fail(geometry);
    assert.equal(`${heads}x${sectorsPerTrack}`, geometry);
  }
});
