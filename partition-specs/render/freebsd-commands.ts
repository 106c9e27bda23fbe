// FreeBSD: a slice in a DOS label, a BSD label in the slice, file systems, boot code, fstab. In: every sector settled.
// Out: commands and text. Never run here: gpart and newfs are FreeBSD's own.
import { BSD_BOOT_SECTORS } from '../labels/bsd-label.ts';
import { slotOfLetter } from '../os-families/letters.ts';
import { renderNewfs } from './bsd-disk.ts';
import type { BsdSystemDisk } from './bsd-disk.ts';
import type { FstabDialect, ForeignCommand, ForeignPartition } from './foreign-system.ts';

/** @see fstab(5), tmpfs(5) of FreeBSD */
export const freebsdFstab: FstabDialect = {
  types: { ufs: 'ufs', msdos: 'msdosfs' },
  swap: ['none', 'swap', 'sw'],
  memory: () => ['tmpfs', 'tmpfs', 'rw,mode=1777'],
};

/** Types of gpart's BSD scheme; it has no name for FAT, so that one goes by its number. */
const gpartTypes: Readonly<Record<ForeignPartition['content'], string>> = {
  ufs: 'freebsd-ufs',
  swap: 'freebsd-swap',
  msdos: '!8',
};

/** `/dev/ada0s1a` */
export function freebsdDevice({ name, sliceNumber }: BsdSystemDisk, letter: string): string {
  return `/dev/${name}s${sliceNumber}${letter}`;
}

/**
 * The commands of one disk. `hasTable`: the disk carries a table that gpart knows, which must go first.
 * The system must not round to cylinders: kern.geom.part.mbr.enforce_chs is 0 since FreeBSD 11.
 * @see gpart(8), newfs(8), newfs_msdos(8) of FreeBSD
 */
export function renderFreebsdDisk(disk: BsdSystemDisk, hasTable: boolean): ForeignCommand[] {
  return [
    ...tableCommands(disk, hasTable),
    ...labelCommands(disk),
    ...renderNewfs(disk.partitions, {
      ufs: ({ letter }) => ['newfs', '-U', freebsdDevice(disk, letter)],
      msdos: ({ letter }) => ['newfs_msdos', freebsdDevice(disk, letter)],
    }),
  ];
}

function tableCommands({ name, sliceNumber, disk: { slice } }: BsdSystemDisk, hasTable: boolean): ForeignCommand[] {
  const index = String(sliceNumber);
  const place = ['-b', String(slice.startSector), '-s', String(slice.sizeSectors)];
  const old: ForeignCommand = {
    kind: 'wipe',
    argv: ['gpart', 'destroy', '-F', name],
    why: 'the old table, whatever is in it',
    destroys: true,
  };
  return [
    ...(hasTable ? [old] : []),
    {
      kind: 'wipe',
      argv: ['dd', 'if=/dev/zero', `of=/dev/${name}`, `seek=${slice.startSector}`, `count=${BSD_BOOT_SECTORS}`],
      why: 'a label left where the slice begins would come back with the slice',
      destroys: true,
    },
    table(['gpart', 'create', '-s', 'MBR', name], `the table of ${name}`),
    table(['gpart', 'add', '-t', 'freebsd', ...place, '-i', index, name], "the slice, FreeBSD's part of the disk"),
    table(['gpart', 'set', '-a', 'active', '-i', index, name], 'the boot code starts the active slice'),
    boot(['gpart', 'bootcode', '-b', '/boot/mbr', name], 'the code that the BIOS loads'),
  ];
}

function labelCommands({ name, sliceNumber, disk, partitions }: BsdSystemDisk): ForeignCommand[] {
  const slice = `${name}s${sliceNumber}`;
  const added = partitions.map(({ letter, startSector, sizeSectors, content, mountPoint }) => {
    // gpart counts from the slice, and numbers the letters from 1.
    const place = ['-b', String(startSector - disk.slice.startSector), '-s', String(sizeSectors)];
    const index = String(slotOfLetter(letter));
    const argv = ['gpart', 'add', '-t', gpartTypes[content], ...place, '-i', index, slice] as const;
    return table(argv, `partition ${letter}: ${mountPoint ?? content}`);
  });
  return [
    table(['gpart', 'create', '-s', 'BSD', slice], 'the label of the slice; c, the whole slice, makes itself'),
    ...added,
    boot(['gpart', 'bootcode', '-b', '/boot/boot', slice], 'the loader, around the label'),
  ];
}

function table(argv: ForeignCommand['argv'], why: string): ForeignCommand {
  return { kind: 'partition', argv, why, destroys: true };
}

function boot(argv: ForeignCommand['argv'], why: string): ForeignCommand {
  return { kind: 'boot-loader', argv, why, destroys: false };
}
