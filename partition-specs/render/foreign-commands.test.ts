// Commands and tables of the other systems, word for word: nobody can run them here, so they are checked against
// manuals.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freebsdLabel, netbsdLabel, openbsdLabel, renderBsdLabel } from '../labels/bsd-label.ts';
import type { BsdFlavour } from '../labels/bsd-label.ts';
import { renderSunLabel } from '../labels/sun-label.ts';
import { planFat } from '../plan-fat.ts';
import { bsdLabelOf } from './bsd-disk.ts';
import type { BsdSystemDisk } from './bsd-disk.ts';
import { netbsdPrototype, openbsdPrototype, renderPrototype } from './bsd-prototype.ts';
import { renderMkfsFat } from './dos-commands.ts';
import { renderForeignFstab } from './foreign-system.ts';
import type { ForeignCommand, ForeignPartition } from './foreign-system.ts';
import { freebsdDevice, freebsdFstab, renderFreebsdDisk } from './freebsd-commands.ts';
import { netbsdDevice, netbsdFstab, renderNetbsdDisk } from './netbsd-commands.ts';
import { openbsdDevice, openbsdFstab, renderOpenbsdDisk } from './openbsd-commands.ts';
import { renderSolarisDisk, renderVfstab, sliceOfLetter, sunSliceOf } from './solaris-commands.ts';
import { renderFormatCommands, renderSunosDisk, sunosFstab } from './sunos-commands.ts';

function lines(commands: readonly ForeignCommand[]): string[] {
  return commands.map(({ argv, stdin }) => `${argv.join(' ')}${stdin === undefined ? '' : ' <'}`);
}

function part(letter: string, given: Partial<ForeignPartition>): ForeignPartition {
  return { letter, startSector: 0, sizeSectors: 1008, content: 'ufs', options: [], ...given };
}

const geometry = { heads: 16, sectors: 63, cylinders: 2000, alternates: 2 };
/** The paper's Solaris machine: root, swap that backs /tmp, and a disk of data that stay. */
const solarisPartitions = [
  part('a', { startSector: 0, sizeSectors: 504_000, mountPoint: '/', options: ['logging'] }),
  part('b', { startSector: 504_000, sizeSectors: 504_000, content: 'swap', mountPoint: '/tmp' }),
];
const home = part('h', { sizeSectors: 1_008_000, mountPoint: '/home', keep: true });

test('Solaris: VTOC, file system of what does not stay, boot block, vfstab', () => {
  const disk = { name: 'c0t3d0', geometry, partitions: solarisPartitions, platform: 'SUNW,Ultra-1' };
  const commands = renderSolarisDisk(disk);
  assert.deepEqual(lines(commands), [
    'fmthard -s - /dev/rdsk/c0t3d0s2 <',
    'newfs /dev/rdsk/c0t3d0s0 <',
    'installboot /usr/platform/SUNW,Ultra-1/lib/fs/ufs/bootblk /dev/rdsk/c0t3d0s0',
  ]);
  assert.equal(commands[0]?.stdin, '0 2 00 0 504000\n1 3 01 504000 504000\n2 5 01 0 2016000\n');
  const data = { name: 'c0t1d0', geometry, partitions: [home], platform: 'SUNW,Ultra-1' };
  assert.deepEqual(lines(renderSolarisDisk(data)), ['fmthard -s - /dev/rdsk/c0t1d0s2 <']);
  const mounts = [
    { device: 'c0t1d0s7', partition: home },
    ...solarisPartitions.map((partition) => ({ device: `c0t3d0s${sliceOfLetter(partition.letter)}`, partition })),
  ];
  assert.equal(
    renderVfstab(mounts, 'c0t3d0: …'),
    `# Made by gutinteg from PARTITION:
#   c0t3d0: …
#device device mount FS fsck mount mount
#to mount to fsck point type pass at boot options
fd - /dev/fd fd - no -
/proc - /proc proc - no -
/dev/dsk/c0t3d0s0 /dev/rdsk/c0t3d0s0 / ufs 1 no logging
/dev/dsk/c0t1d0s7 /dev/rdsk/c0t1d0s7 /home ufs 2 yes -
/dev/dsk/c0t3d0s1 - - swap - no -
swap - /tmp tmpfs - yes -
`,
  );
});

test('Solaris: the rows for fmthard say what the label says', () => {
  const slices = [...solarisPartitions, part('h', { startSector: 1_008_000, mountPoint: '/home' })].map(sunSliceOf);
  const [range = assert.fail('no bytes')] = renderSunLabel({ geometry, slices, name: 'disk' });
  const view = new DataView(range.bytes.buffer);
  const [{ stdin = '' } = assert.fail('no command')] = renderSolarisDisk({
    name: 'c0t0d0',
    geometry,
    partitions: [...solarisPartitions, part('h', { startSector: 1_008_000, mountPoint: '/home' })],
  });
  const rows = stdin
    .trim()
    .split('\n')
    .map((row) => row.split(' ').map((word) => Number.parseInt(word, 10)));
  assert.equal(rows.length, 4);
  for (const [number = 0, tag, flags, start, size] of rows) {
    assert.equal(view.getUint16(142 + number * 4), tag);
    assert.equal(view.getUint16(144 + number * 4), flags);
    assert.equal(view.getUint32(444 + number * 8) * 16 * 63, start);
    assert.equal(view.getUint32(448 + number * 8), size);
  }
});

test('SunOS 4.1: commands for format, newfs, installboot, fstab', () => {
  const partitions = [...solarisPartitions, part('g', { startSector: 1_008_000, mountPoint: '/usr' })];
  const commands = renderSunosDisk({ name: 'sd0', geometry, partitions, diskType: 'SUN1.0G', rootMountedOn: '/mnt' });
  assert.deepEqual(lines(commands), [
    'dd of=/tmp/format.sd0 <',
    'format -f /tmp/format.sd0 -d sd0 -t SUN1.0G sd0',
    'newfs /dev/rsd0a',
    'newfs /dev/rsd0g',
    '/usr/kvm/mdec/installboot /mnt/boot /usr/kvm/mdec/bootsd /dev/rsd0a',
  ]);
  assert.equal(
    commands[0]?.stdin?.replaceAll('\n', ' '),
    'partition a 0 504000 b 500 504000 c 0 2016000 d 0 0 e 0 0 f 0 0 g 1000 1008 h 0 0 quit label quit ',
  );
  assert.throws(() => renderFormatCommands(geometry, [part('a', { startSector: 63 })]), /does not begin at a cylinder/);
  const mounts = partitions.map((partition) => ({ device: `/dev/sd0${partition.letter}`, partition }));
  assert.equal(
    renderForeignFstab(sunosFstab, mounts, 'sd0: …'),
    `# Made by gutinteg from PARTITION:
#   sd0: …
/dev/sd0a / 4.2 rw,logging 1 1
/dev/sd0g /usr 4.2 rw 1 2
/dev/sd0b swap swap rw 0 0
swap /tmp tmp rw 0 0
`,
  );
});

const bsd: BsdSystemDisk = {
  name: 'wd0',
  disk: { diskSectors: 819_200, heads: 255, sectors: 63, slice: { startSector: 2048, sizeSectors: 800_000 } },
  sliceNumber: 1,
  label: 'disk0',
  partitions: [
    part('a', { startSector: 2048, sizeSectors: 400_000, mountPoint: '/', options: ['noatime'] }),
    part('b', { startSector: 402_048, sizeSectors: 100_000, content: 'swap', mountPoint: '/tmp' }),
    part('e', { startSector: 502_048, sizeSectors: 100_000, content: 'msdos', mountPoint: '/dos', options: ['ro'] }),
    part('f', { startSector: 602_048, sizeSectors: 200_000, mountPoint: '/home', keep: true }),
  ],
};
const uid = Buffer.from('0123456789abcdef', 'hex');

test('FreeBSD: gpart, newfs, fstab', () => {
  const disk = { ...bsd, name: 'ada0' };
  const all = lines(renderFreebsdDisk(disk, true));
  assert.deepEqual(all, [
    'gpart destroy -F ada0',
    'dd if=/dev/zero of=/dev/ada0 seek=2048 count=16',
    'gpart create -s MBR ada0',
    'gpart add -t freebsd -b 2048 -s 800000 -i 1 ada0',
    'gpart set -a active -i 1 ada0',
    'gpart bootcode -b /boot/mbr ada0',
    'gpart create -s BSD ada0s1',
    'gpart add -t freebsd-ufs -b 0 -s 400000 -i 1 ada0s1',
    'gpart add -t freebsd-swap -b 400000 -s 100000 -i 2 ada0s1',
    'gpart add -t !8 -b 500000 -s 100000 -i 5 ada0s1',
    'gpart add -t freebsd-ufs -b 600000 -s 200000 -i 6 ada0s1',
    'gpart bootcode -b /boot/boot ada0s1',
    'newfs -U /dev/ada0s1a',
    'newfs_msdos /dev/ada0s1e',
  ]);
  assert.deepEqual(lines(renderFreebsdDisk(disk, false)), all.slice(1));
  const mounts = bsd.partitions.map((partition) => ({ device: freebsdDevice(disk, partition.letter), partition }));
  assert.equal(
    renderForeignFstab(freebsdFstab, mounts, 'ada0: …'),
    `# Made by gutinteg from PARTITION:
#   ada0: …
/dev/ada0s1a / ufs rw,noatime 1 1
/dev/ada0s1e /dos msdosfs ro 0 0
/dev/ada0s1f /home ufs rw 1 2
/dev/ada0s1b none swap sw 0 0
tmpfs /tmp tmpfs rw,mode=1777 0 0
`,
  );
});

test('OpenBSD: fdisk, disklabel, newfs, installboot, fstab by UID', () => {
  const disk = { ...bsd, name: 'sd0', sliceNumber: 2, uid };
  const commands = renderOpenbsdDisk(disk, '/mnt');
  assert.deepEqual(lines(commands), [
    'fdisk -i -y sd0',
    'fdisk -e sd0 <',
    'disklabel -R sd0 /dev/stdin <',
    'newfs /dev/rsd0a',
    'newfs_msdos /dev/rsd0e',
    'installboot -v -r /mnt sd0',
  ]);
  assert.deepEqual(
    commands[1]?.stdin,
    ['edit 3', '0', 'edit 1', 'A6', 'n', '2048', '800000', 'flag 1', 'write', 'quit', ''].join('\n'),
  );
  assert.equal(renderOpenbsdDisk({ ...disk, sliceNumber: 4 })[1]?.stdin?.startsWith('edit 3\nA6\nn\n2048\n'), true);
  assert.match(commands[2]?.stdin ?? '', /^duid: 0123456789abcdef$/m);
  assert.equal(openbsdDevice(bsd, 'a'), '/dev/wd0a');
  const mounts = bsd.partitions.map((partition) => ({ device: openbsdDevice(disk, partition.letter), partition }));
  assert.equal(
    renderForeignFstab(openbsdFstab, mounts, 'sd0: …'),
    `# Made by gutinteg from PARTITION:
#   sd0: …
0123456789abcdef.a / ffs rw,noatime 1 1
0123456789abcdef.e /dos msdos ro 0 0
0123456789abcdef.f /home ffs rw 1 2
0123456789abcdef.b none swap sw 0 0
swap /tmp mfs rw,nodev,nosuid,-s=100000 0 0
`,
  );
});

test('NetBSD: fdisk, disklabel, newfs, installboot, fstab', () => {
  const commands = renderNetbsdDisk(bsd);
  assert.deepEqual(lines(commands), [
    'fdisk -f -i wd0',
    'fdisk -f -u -1 -s 0/0/0 wd0',
    'fdisk -f -u -2 -s 0/0/0 wd0',
    'fdisk -f -u -3 -s 0/0/0 wd0',
    'fdisk -f -u -0 -s 169/2048/800000 wd0',
    'fdisk -f -a -0 wd0',
    'disklabel -R -r wd0 /dev/stdin <',
    'newfs -O 2 /dev/rwd0a',
    'newfs_msdos /dev/rwd0e',
    'installboot -v /dev/rwd0a /usr/mdec/bootxx_ffsv2',
  ]);
  assert.match(
    commands[6]?.stdin ?? '',
    /^ a: 400000 2048 4\.2BSD 2048 16384 0\n b: 100000 402048 swap\n c: 800000 2048 unused 0 0\n d: 819200 0 unused 0 0\n e: 100000 502048 MSDOS\n/m,
  );
  const mounts = bsd.partitions.map((partition) => ({ device: netbsdDevice(bsd, partition.letter), partition }));
  assert.match(
    renderForeignFstab(netbsdFstab, mounts, 'wd0: …'),
    /^\/dev\/wd0b none swap sw 0 0\ntmpfs \/tmp tmpfs rw,-m1777 0 0$/m,
  );
});

const prototypes: [string, BsdFlavour, Parameters<typeof renderPrototype>[0]][] = [
  ['OpenBSD', openbsdLabel, openbsdPrototype],
  ['NetBSD', netbsdLabel, netbsdPrototype],
];
for (const [system, flavour, dialect] of prototypes) {
  test(`${system}: the text form says what the label says`, () => {
    const label = bsdLabelOf(flavour, bsd);
    const text = renderPrototype(dialect, label);
    const [range = assert.fail('no bytes')] = renderBsdLabel(label);
    const view = new DataView(range.bytes.buffer);
    const rows = [...text.matchAll(/^ ([a-p]): (\d+) (\d+) (\S+)/gm)];
    assert.equal(rows.length, 16);
    const types: Readonly<Record<string, number>> = { unused: 0, swap: 1, '4.2BSD': 7, MSDOS: 8 };
    for (const [index, [, letter, size, start, type]] of rows.entries()) {
      const at = 148 + index * 16;
      const found = [view.getUint32(at, true), view.getUint32(at + 4, true), view.getUint8(at + 12)];
      assert.deepEqual(found, [Number(size), Number(start), types[type ?? '']], `${letter}`);
    }
    const said = (name: string) => Number(new RegExp(`^${name}: (\\d+)$`, 'm').exec(text)?.[1]);
    const names = [
      'bytes/sector',
      'sectors/track',
      'tracks/cylinder',
      'cylinders',
      'sectors/cylinder',
      'total sectors',
    ];
    assert.deepEqual(
      names.map(said),
      names.map((_, index) => view.getUint32(40 + index * 4, true)),
    );
  });
}

test('FreeBSD: gpart counts as the label does', () => {
  const [range = assert.fail('no bytes')] = renderBsdLabel(bsdLabelOf(freebsdLabel, bsd));
  const view = new DataView(range.bytes.buffer);
  const text = lines(renderFreebsdDisk(bsd, false)).join('\n');
  const added = [...text.matchAll(/-b (\d+) -s (\d+) -i (\d+) wd0s1$/gm)];
  assert.equal(added.length, 4);
  for (const [, start, size, index] of added) {
    const at = 148 + (Number(index) - 1) * 16;
    assert.deepEqual([view.getUint32(at + 4, true), view.getUint32(at, true)], [Number(start), Number(size)]);
  }
});

test('DOS: mkfs.fat is told everything', () => {
  const extent = { startSector: 2048, sizeSectors: 204_800 };
  const fat = planFat({ ...extent, sectorBytes: 512, largestBits: 16 }) ?? assert.fail('no FAT');
  const partition = { ...extent, sectorBytes: 512, fat, volumeId: 'feed0001', volumeLabel: 'DOS' };
  assert.equal(
    renderMkfsFat(partition, '/dev/sda1').argv.join(' '),
    'mkfs.fat -F 16 -S 512 -s 4 -h 2048 -g 255/63 -i feed0001 -n DOS /dev/sda1',
  );
  assert.equal(fat.dosType, '6');
});
