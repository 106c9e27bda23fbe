import { byName, fatKind, ufsKind, unixSwap } from '../filesystems/unix.ts';
import { freebsdLabel } from '../labels/bsd-label.ts';
import { bsdSystemDisk, renderBsdDiskLabel } from '../render/bsd-disk-label.ts';
import { foreignMounts, foreignOperations } from '../render/foreign-layout.ts';
import { renderForeignFstab } from '../render/foreign-system.ts';
import { freebsdDevice, freebsdFstab, renderFreebsdDisk } from '../render/freebsd-commands.ts';
import { dosTypes } from '../tables/dos.ts';
import { bsdTypeOf } from './bsd-types.ts';
import { letterOfSlot, slotOfLetter } from './letters.ts';
import { optionNames } from '../option-table.ts';
import { bsdMounts } from './mount-rules.ts';
import type { OsFamily } from './os-family.ts';

/** FreeBSD on PCs: one slice, one disklabel. @see gpart(8), mount(8), fstab(5), tmpfs(5) */
export const freebsd: OsFamily = {
  name: 'freebsd',
  installed: false,
  filesystems: byName(
    ufsKind('ufs', 'acls nfsv4acls multilabel snapshot suiddir userquota groupquota'),
    fatKind({ rootable: false, mountOptions: 'longnames shortnames nowin95' }),
    unixSwap,
  ),
  tables: ['bsd'],
  reservedLetters: { c: 'partition c stands for the whole slice' },
  wholeLetters: { c: 'slice' },
  sliceType: dosTypes.freebsd,
  lastLetter: 'h',
  mountRules: bsdMounts,
  numberOf: slotOfLetter,
  typeOf: ({ kind }) => bsdTypeOf(kind.name),
  deviceOf: ({ diskName }, number) => `/dev/${diskName}s1${letterOfSlot(number)}`,
  stacks: false,
  memoryFilesystem: true,
  memoryOptions: optionNames('size mode uid gid inodes maxfilesize'),
  mountOptions: optionNames(
    'defaults async noasync sync atime noatime exec noexec suid nosuid symfollow nosymfollow clusterr noclusterr ' +
      'clusterw noclusterw union untrusted late failok auto noauto ro rw',
  ),
  render: (layout) => ({
    operations: foreignOperations(layout, (disk) => {
      const hasTable = disk.found.length > 0;
      return renderFreebsdDisk(bsdSystemDisk(disk, layout), hasTable);
    }),
    files: [
      {
        path: '/etc/fstab',
        text: renderForeignFstab(
          freebsdFstab,
          foreignMounts(layout, (disk, { letter }) => freebsdDevice(bsdSystemDisk(disk, layout), letter)),
          layout.spec,
        ),
      },
    ],
  }),
  renderLabel: (disk, layout) => renderBsdDiskLabel(freebsdLabel, disk, layout),
};
