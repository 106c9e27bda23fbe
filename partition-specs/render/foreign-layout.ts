// A layout as the renderers of other systems take it. In: the layout. Out: their partitions, and operations again.
// Never: decides anything.
import type { Layout, LayoutDisk, LayoutPartition } from '../layout.ts';
import type { DiskOperation } from './disk-operation.ts';
import type { ForeignCommand, ForeignMount, ForeignPartition } from './foreign-system.ts';
import { refTo } from './linux-table.ts';

/** Where the new root is mounted, with its files in it, when its boot code is written. */
export const ROOT_MOUNTED_ON = '/mnt';

const contents: Readonly<Record<string, ForeignPartition['content']>> = {
  ufs: 'ufs',
  ffs: 'ufs',
  swap: 'swap',
  msdos: 'msdos',
};

/** What the spec asked for on a disk; the letters that are whole by tradition are the renderers' own business. */
export function foreignPartitions({ partitions }: LayoutDisk): ForeignPartition[] {
  return partitions.flatMap((partition) => {
    const made = foreignPartition(partition);
    return made === undefined ? [] : [made];
  });
}

function foreignPartition({ letter, startSector, sizeSectors, content, verdict }: LayoutPartition) {
  const kind = contents[content?.filesystem ?? ''];
  if (letter === undefined || content === undefined || kind === undefined) return undefined;
  const { mountPoint, options } = content;
  const mount = mountPoint === undefined ? {} : { mountPoint };
  const partition: ForeignPartition = { letter, startSector, sizeSectors, content: kind, ...mount, options };
  return verdict === 'KEEP' ? { ...partition, keep: true } : partition;
}

/** Everything that the table of file systems lists, disk by disk. */
export function foreignMounts(
  layout: Layout,
  deviceOf: (disk: LayoutDisk, partition: ForeignPartition) => string,
): ForeignMount[] {
  return layout.disks.flatMap((disk) =>
    foreignPartitions(disk).map((partition) => ({ device: deviceOf(disk, partition), partition })),
  );
}

/** The commands of every disk; the boot code, which may need files, comes last. */
export function foreignOperations(
  layout: Layout,
  commandsOf: (disk: LayoutDisk) => readonly ForeignCommand[],
): DiskOperation[] {
  const all = layout.disks.flatMap((disk) => commandsOf(disk).map((command) => ({ ...command, disk: refTo(disk) })));
  const isLast = ({ kind }: DiskOperation): boolean => kind === 'boot-loader';
  return [...all.filter((operation) => !isLast(operation)), ...all.filter(isLast)];
}
