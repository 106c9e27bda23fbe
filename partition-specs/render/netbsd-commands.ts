// NetBSD on PCs: a slice in a DOS label, a disklabel in it, file systems, boot code, fstab. In: every sector settled.
// Out: commands and text. Never run here: fdisk, disklabel, newfs and installboot are NetBSD's own.
import { netbsdLabel } from '../labels/bsd-label.ts';
import { bsdLabelOf, renderNewfs, sliceEntryOf } from './bsd-disk.ts';
import type { BsdSystemDisk } from './bsd-disk.ts';
import { netbsdPrototype, renderPrototype } from './bsd-prototype.ts';
import { dosTypes } from '../tables/dos.ts';
import type { FstabDialect, ForeignCommand } from './foreign-system.ts';

/** @see fstab(5), mount_tmpfs(8) of NetBSD */
export const netbsdFstab: FstabDialect = {
  types: { ufs: 'ffs', msdos: 'msdos' },
  swap: ['none', 'swap', 'sw'],
  memory: () => ['tmpfs', 'tmpfs', 'rw,-m1777'],
};

/** `/dev/wd0a` */
export function netbsdDevice({ name }: BsdSystemDisk, letter: string): string {
  return `/dev/${name}${letter}`;
}

/**
 * The commands of one disk. The boot code of / looks for /boot in that file system when it runs, so it can go on before
 * the files do.
 * @see fdisk(8), disklabel(8), newfs(8), newfs_msdos(8), installboot(8) of NetBSD
 */
export function renderNetbsdDisk(disk: BsdSystemDisk): ForeignCommand[] {
  const { name, partitions } = disk;
  const root = partitions.find(({ mountPoint }) => mountPoint === '/');
  const boot: ForeignCommand[] =
    root === undefined
      ? []
      : [
          {
            kind: 'boot-loader',
            argv: ['installboot', '-v', `/dev/r${name}${root.letter}`, '/usr/mdec/bootxx_ffsv2'],
            why: 'the boot code of /, which then loads its file /boot',
            destroys: false,
          },
        ];
  return [
    ...sliceCommands(disk),
    {
      kind: 'partition',
      argv: ['disklabel', '-R', '-r', name, '/dev/stdin'],
      stdin: renderPrototype(netbsdPrototype, bsdLabelOf(netbsdLabel, disk)),
      why: `the disklabel of ${name}; c is NetBSD's part of the disk, d the whole disk`,
      destroys: true,
    },
    ...renderNewfs(partitions, {
      ufs: ({ letter }) => ['newfs', '-O', '2', `/dev/r${name}${letter}`],
      msdos: ({ letter }) => ['newfs_msdos', `/dev/r${name}${letter}`],
    }),
    ...boot,
  ];
}

/** `-f` asks nothing; each slot is set by itself, and what it does not hold is set to nothing. */
function sliceCommands(disk: BsdSystemDisk): ForeignCommand[] {
  const { name } = disk;
  const { number, type, startSector, sizeSectors } = sliceEntryOf(disk, Number.parseInt(dosTypes.netbsd, 16));
  const slot = (index: number, value: string, why: string): ForeignCommand => {
    const argv = ['fdisk', '-f', '-u', `-${index}`, '-s', value, name] as const;
    return { kind: 'partition', argv, why, destroys: true };
  };
  const others = [0, 1, 2, 3].filter((index) => index !== number - 1);
  return [
    {
      kind: 'boot-loader',
      argv: ['fdisk', '-f', '-i', name],
      why: 'boot code that starts the active slice',
      destroys: true,
    },
    ...others.map((index) => slot(index, '0/0/0', `slot ${index} is empty`)),
    slot(number - 1, `${type}/${startSector}/${sizeSectors}`, "the slice, NetBSD's part of the disk"),
    {
      kind: 'partition',
      argv: ['fdisk', '-f', '-a', `-${number - 1}`, name],
      why: 'the slice is the active one',
      destroys: true,
    },
  ];
}
