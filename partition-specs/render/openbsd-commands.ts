// OpenBSD: a slice in a DOS label, a disklabel in it, file systems, boot loader, fstab. In: every sector settled.
// Out: commands and text. Never run here: fdisk, disklabel, newfs and installboot are OpenBSD's own.
import { openbsdLabel } from '../labels/bsd-label.ts';
import { bsdLabelOf, renderNewfs } from './bsd-disk.ts';
import type { BsdSystemDisk } from './bsd-disk.ts';
import { openbsdPrototype, renderPrototype } from './bsd-prototype.ts';
import type { FstabDialect, ForeignCommand } from './foreign-system.ts';

/** A file system in memory is mfs here; its size, that of the swap, is in sectors. @see fstab(5), mount_mfs(8) */
export const openbsdFstab: FstabDialect = {
  types: { ufs: 'ffs', msdos: 'msdos' },
  swap: ['none', 'swap', 'sw'],
  memory: ({ sizeSectors }) => ['swap', 'mfs', `rw,nodev,nosuid,-s=${sizeSectors}`],
};

/** `0123456789abcdef.a` where the disk has a UID, which stays when it is plugged in elsewhere; else `/dev/sd0a`. */
export function openbsdDevice({ name, uid }: BsdSystemDisk, letter: string): string {
  return uid === undefined ? `/dev/${name}${letter}` : `${Buffer.from(uid).toString('hex')}.${letter}`;
}

/**
 * The commands of one disk. `rootMountedOn`: where the new root will be mounted once it has its files; the boot loader
 * is there, so without it none is installed.
 * @see fdisk(8), disklabel(8), newfs(8), newfs_msdos(8), installboot(8) of OpenBSD
 */
export function renderOpenbsdDisk(disk: BsdSystemDisk, rootMountedOn?: string): ForeignCommand[] {
  const { name, partitions } = disk;
  const isRoot = partitions.some(({ mountPoint }) => mountPoint === '/');
  const boot: ForeignCommand[] =
    rootMountedOn === undefined || !isRoot
      ? []
      : [
          {
            kind: 'boot-loader',
            argv: ['installboot', '-v', '-r', rootMountedOn, name],
            why: 'the boot block holds the place of /boot, so that file must be there first',
            destroys: false,
          },
        ];
  return [
    ...sliceCommands(disk),
    {
      kind: 'partition',
      argv: ['disklabel', '-R', name, '/dev/stdin'],
      stdin: renderPrototype(openbsdPrototype, bsdLabelOf(openbsdLabel, disk)),
      why: `the disklabel of ${name}; c, the whole disk, is the kernel's`,
      destroys: true,
    },
    ...renderNewfs(partitions, {
      ufs: ({ letter }) => ['newfs', `/dev/r${name}${letter}`],
      msdos: ({ letter }) => ['newfs_msdos', `/dev/r${name}${letter}`],
    }),
    ...boot,
  ];
}

/**
 * `fdisk -i` writes boot code and gives all the disk to OpenBSD, in the last slot; the editor then moves the slice to
 * where it was planned. Its answers: type, no CHS, start, size.
 */
function sliceCommands({ name, sliceNumber, disk: { slice } }: BsdSystemDisk): ForeignCommand[] {
  const slot = sliceNumber - 1;
  const clear = slot === 3 ? [] : ['edit 3', '0'];
  const edit = [`edit ${slot}`, 'A6', 'n', String(slice.startSector), String(slice.sizeSectors), `flag ${slot}`];
  return [
    {
      kind: 'partition',
      argv: ['fdisk', '-i', '-y', name],
      why: 'boot code and a table with one OpenBSD partition; all others go',
      destroys: true,
    },
    {
      kind: 'partition',
      argv: ['fdisk', '-e', name],
      stdin: `${[...clear, ...edit, 'write', 'quit'].join('\n')}\n`,
      why: 'the partition begins and ends where the plan says',
      destroys: true,
    },
  ];
}
