import { byName, fatKind, ufsKind, unixSwap } from '../filesystems/unix.ts';
import { netbsdLabel } from '../labels/bsd-label.ts';
import { bsdSystemDisk, renderBsdDiskLabel } from '../render/bsd-disk-label.ts';
import { foreignMounts, foreignOperations } from '../render/foreign-layout.ts';
import { renderForeignFstab } from '../render/foreign-system.ts';
import { netbsdDevice, netbsdFstab, renderNetbsdDisk } from '../render/netbsd-commands.ts';
import { dosTypes } from '../tables/dos.ts';
import { bsdTypeOf } from './bsd-types.ts';
import { letterOfSlot, slotOfLetter } from './letters.ts';
import { optionNames } from '../option-table.ts';
import { bsdMounts } from './mount-rules.ts';
import type { OsFamily } from './os-family.ts';

/** NetBSD on PCs: one DOS partition, one disklabel. @see fdisk(8), disklabel(8), mount(8), fstab(5) */
export const netbsd: OsFamily = {
  name: 'netbsd',
  installed: false,
  filesystems: byName(
    ufsKind('ffs', 'log nolog acls posix1eacls userquota groupquota'),
    ufsKind('ufs', 'log nolog acls posix1eacls userquota groupquota'),
    fatKind({ rootable: false, mountOptions: '' }),
    unixSwap,
  ),
  tables: ['bsd'],
  reservedLetters: {
    c: "partition c stands for NetBSD's part of the disk",
    d: 'partition d stands for the whole disk',
  },
  wholeLetters: { c: 'slice', d: 'disk' },
  sliceType: dosTypes.netbsd,
  lastLetter: 'p',
  mountRules: bsdMounts,
  numberOf: slotOfLetter,
  typeOf: ({ kind }) => bsdTypeOf(kind.name),
  deviceOf: ({ diskName }, number) => `/dev/${diskName}${letterOfSlot(number)}`,
  stacks: false,
  memoryFilesystem: true,
  memoryOptions: optionNames(''),
  mountOptions: optionNames(
    'defaults async noasync sync nosync atime noatime dev nodev devmtime nodevmtime exec noexec suid nosuid symperm ' +
      'nosymperm coredump nocoredump hidden nohidden union nounion extattr noextattr auto noauto ro rw',
  ),
  render: (layout) => ({
    operations: foreignOperations(layout, (disk) => renderNetbsdDisk(bsdSystemDisk(disk, layout))),
    files: [
      {
        path: '/etc/fstab',
        text: renderForeignFstab(
          netbsdFstab,
          foreignMounts(layout, (disk, { letter }) => netbsdDevice(bsdSystemDisk(disk, layout), letter)),
          layout.spec,
        ),
      },
    ],
  }),
  renderLabel: (disk, layout) => renderBsdDiskLabel(netbsdLabel, disk, layout),
};
