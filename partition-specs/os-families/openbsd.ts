import { byName, fatKind, ufsKind, unixSwap } from '../filesystems/unix.ts';
import { openbsdLabel } from '../labels/bsd-label.ts';
import { bsdSystemDisk, renderBsdDiskLabel } from '../render/bsd-disk-label.ts';
import { foreignMounts, foreignOperations, ROOT_MOUNTED_ON } from '../render/foreign-layout.ts';
import { renderForeignFstab } from '../render/foreign-system.ts';
import { openbsdDevice, openbsdFstab, renderOpenbsdDisk } from '../render/openbsd-commands.ts';
import { dosTypes } from '../tables/dos.ts';
import { bsdTypeOf } from './bsd-types.ts';
import { letterOfSlot, slotOfLetter } from './letters.ts';
import { optionNames } from '../option-table.ts';
import { bsdMounts } from './mount-rules.ts';
import type { OsFamily } from './os-family.ts';

/** OpenBSD on PCs: one DOS partition, one disklabel. @see fdisk(8), disklabel(8), mount(8), fstab(5) */
export const openbsd: OsFamily = {
  name: 'openbsd',
  installed: false,
  filesystems: byName(
    ufsKind('ffs', 'softdep nosoftdep userquota groupquota'),
    ufsKind('ufs', 'softdep nosoftdep userquota groupquota'),
    fatKind({ rootable: false, mountOptions: '' }),
    unixSwap,
  ),
  tables: ['bsd'],
  reservedLetters: { c: 'partition c stands for the whole disk' },
  wholeLetters: { c: 'disk' },
  sliceType: dosTypes.openbsd,
  lastLetter: 'p',
  mountRules: bsdMounts,
  numberOf: slotOfLetter,
  typeOf: ({ kind }) => bsdTypeOf(kind.name),
  deviceOf: ({ diskName }, number) => `/dev/${diskName}${letterOfSlot(number)}`,
  stacks: false,
  memoryFilesystem: true,
  memoryOptions: optionNames(''),
  mountOptions: optionNames(
    'defaults async noasync sync nosync atime noatime dev nodev exec noexec suid nosuid wxallowed nowxallowed perm ' +
      'noperm auto noauto ro rw',
  ),
  render: (layout) => ({
    operations: foreignOperations(layout, (disk) => renderOpenbsdDisk(bsdSystemDisk(disk, layout), ROOT_MOUNTED_ON)),
    files: [
      {
        path: '/etc/fstab',
        text: renderForeignFstab(
          openbsdFstab,
          foreignMounts(layout, (disk, { letter }) => openbsdDevice(bsdSystemDisk(disk, layout), letter)),
          layout.spec,
        ),
      },
    ],
  }),
  renderLabel: (disk, layout) => renderBsdDiskLabel(openbsdLabel, disk, layout),
};
