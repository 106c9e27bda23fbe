import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FaultsError } from '../lib/errors.ts';
import { planLayout } from './plan-layout.ts';
import { renderLinux } from './render/linux.ts';
import { parsePartitionSpec } from './spec.ts';
import { disk, machine } from './testing/disk.ts';

const bindings = { disk0: 'serial:A', disk1: 'serial:B', disk2: 'serial:C' };

/** The lines of fstab for /boot/efi, the commands that make a FAT, and the disks with an EFI system partition. */
function plan(text: string, logicalSectorBytes = 512) {
  const disks = ['A', 'B', 'C'].map((serial, index) =>
    disk({ path: `/dev/sd${'abc'[index]}`, serial, logicalSectorBytes, physicalSectorBytes: logicalSectorBytes }),
  );
  const facts = { ...machine(...disks), firmware: 'uefi' as const };
  const layout = planLayout({
    spec: parsePartitionSpec(text),
    facts,
    bindings,
    machineId: '0b6f1d52-6a0e-4c3b-9a57-3f0d8c2e1a41',
  });
  const { fstab, operations } = renderLinux(layout);
  return {
    mounts: fstab.split('\n').filter((line) => line.includes(' /boot/efi ')),
    makes: operations
      .filter(({ argv }) => argv[0] === 'mkfs.vfat')
      .map(({ argv }) => `${argv.at(-1)} ${argv.slice(1, argv.indexOf('-i')).join(' ')}`),
  };
}

const mirror = '(b rest raid1 sys)';
const cases: [text: string, makes: string[]][] = [
  ['disk0: (a rest ext4 /)', ['/dev/sda127 -F 32']],
  ['disk0: (a 200M vfat /boot/efi) (b rest ext4 /)', ['/dev/sda1 -F 32 -s 1']],
  [
    'disk0: (a 33M vfat /boot/efi) (b 200M vfat /srv) (c rest ext4 /)',
    ['/dev/sda1 -F 32 -s 1', '/dev/sda2 -F 16 -s 8'],
  ],
  ['disk0: (a rest ext4 /) disk1: (a 512M vfat /boot/efi) (b rest ext4 /srv)', ['/dev/sdb1 -F 32']],
  [`disk0: ${mirror} disk1: ${mirror} sys: (ext4 /)`, ['/dev/sda127 -F 32', '/dev/sdb127 -F 32']],
  [
    `disk0: ${mirror} disk1: (a 200M vfat /boot/efi) ${mirror} sys: (ext4 /)`,
    ['/dev/sda127 -F 32', '/dev/sdb1 -F 32 -s 1'],
  ],
  [`disk0: ${mirror} disk1: ${mirror} disk2: (a 300M vfat /boot/efi) sys: (ext4 /)`, ['/dev/sdc1 -F 32']],
];
for (const [text, makes] of cases) {
  test(`FAT32, and mounted once: ${text}`, () => {
    const planned = plan(text);
    assert.deepEqual(planned.makes, makes);
    assert.equal(planned.mounts.length, 1, planned.mounts.join('\n'));
  });
}

test('what firmware could not read is refused', () => {
  const refused: [text: string, sectorBytes: number, message: RegExp][] = [
    [
      'disk0: (a 32M vfat /boot/efi) (b rest ext4 /)',
      512,
      /32.0 MiB for vfat.* needs 32.5 MiB, as firmware reads FAT32/,
    ],
    ['disk0: (a 256M vfat /boot/efi) (b rest ext4 /)', 4096, /256 MiB for vfat .* needs 257 MiB/],
    [
      'disk0: (a 512M raid1 esp) (b rest raid1 s) disk1: (a 512M raid1 esp) (b rest raid1 s) esp: (vfat /boot/efi) s: (ext4 /)',
      512,
      /firmware reads \/boot\/efi from a partition/,
    ],
    ['disk0: (a rest lvm vg) vg: (efi 300M vfat /boot/efi) (root rest ext4 /)', 512, /knows no arrays or volumes/],
    ['disk0: (a rest ext4 /) disk1: dos (a 512M vfat /boot/efi)', 512, /UEFI firmware cannot boot from a dos table/],
    ['disk0: (a 512M ext4 /boot/efi) (b rest ext4 /)', 512, /reads vfat on \/boot\/efi, not ext4/],
  ];
  for (const [text, sectorBytes, message] of refused) {
    assert.throws(
      () => plan(text, sectorBytes),
      (error) => error instanceof FaultsError && error.exitCode === 2 && message.test(error.message),
      text,
    );
  }
  assert.deepEqual(plan('disk0: (a 257M vfat /boot/efi) (b rest ext4 /)', 4096).makes, ['/dev/sda1 -F 32 -s 1']);
});
