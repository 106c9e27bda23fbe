// What the renderers of other systems share. Their programs do not exist on Linux, so nothing of this is run here: it
// is text for people to read and for those systems to run, checked against their manuals.
import { parentsFirst } from '../mount-order.ts';
import type { DiskOperation } from './disk-operation.ts';

/** A command of another system, for a disk that its caller knows. */
export type ForeignCommand = Omit<DiskOperation, 'disk'>;

/** A partition with every sector settled; `startSector` counts from the start of the disk. */
export type ForeignPartition = {
  readonly letter: string;
  readonly startSector: number;
  readonly sizeSectors: number;
  readonly content: 'ufs' | 'swap' | 'msdos';
  /** On swap: a file system in memory, backed by swap, that is mounted there. */
  readonly mountPoint?: string;
  /** Mount options; none is fine. */
  readonly options: readonly string[];
  /** It holds data that stay: no file system is made in it. */
  readonly keep?: boolean;
};

/** A partition as the table of file systems names it. */
export type ForeignMount = { readonly device: string; readonly partition: ForeignPartition };

/** What is mounted, `/` first, then by depth, so that each mount point is there when its turn comes; then swap. */
export function inMountOrder<T extends { readonly partition: ForeignPartition }>(mounts: readonly T[]): T[] {
  const files = mounts.filter(({ partition }) => partition.content !== 'swap' && partition.mountPoint !== undefined);
  const depth = ({ partition }: T): number => (partition.mountPoint ?? '').split('/').filter(Boolean).length;
  const swaps = mounts.filter(({ partition }) => partition.content === 'swap');
  const sorted = [...files.toSorted((left, right) => depth(left) - depth(right)), ...swaps];
  return parentsFirst(sorted, ({ partition }) => partition.mountPoint);
}

/** How a system spells the lines of a table in the form of 4.2BSD's fstab. */
export type FstabDialect = {
  readonly types: Readonly<Record<'ufs' | 'msdos', string>>;
  /** Mount point, type and option of a swap partition. */
  readonly swap: readonly [mountPoint: string, type: string, options: string];
  /** Device, type and options of a file system in memory. */
  readonly memory: (swap: ForeignPartition) => readonly [device: string, type: string, options: string];
};

/**
 * fstab of SunOS 4 and of the BSDs: device, mount point, type, options, dump, pass.
 * @see fstab(5) of SunOS 4.1, FreeBSD, NetBSD and OpenBSD
 */
export function renderForeignFstab(dialect: FstabDialect, mounts: readonly ForeignMount[], spec: string): string {
  const lines = inMountOrder(mounts).flatMap(({ device, partition }) => fstabLines(dialect, device, partition));
  return `${['# Made by gutinteg from PARTITION:', `#   ${spec}`, ...lines].join('\n')}\n`;
}

function fstabLines(dialect: FstabDialect, device: string, partition: ForeignPartition): string[] {
  const { content, mountPoint = 'none' } = partition;
  if (content === 'swap') {
    const [where, type, options] = dialect.swap;
    const swap = [device, where, type, options, '0', '0'].join(' ');
    if (partition.mountPoint === undefined) return [swap];
    const [memory, memoryType, memoryOptions] = dialect.memory(partition);
    const asked = partition.options.filter((option) => option !== 'defaults' && option !== 'rw');
    return [swap, [memory, mountPoint, memoryType, [memoryOptions, ...asked].join(','), '0', '0'].join(' ')];
  }
  const options = fstabOptions(partition.options);
  const [dump, pass] = content === 'ufs' ? ['1', mountPoint === '/' ? '1' : '2'] : ['0', '0'];
  return [[device, mountPoint, dialect.types[content], options, dump, pass].join(' ')];
}

/** These systems want to be told `rw` or `ro` before anything else. */
function fstabOptions(options: readonly string[]): string {
  const others = options.filter((option) => option !== 'defaults' && option !== 'rw' && option !== 'ro');
  return [options.includes('ro') ? 'ro' : 'rw', ...others].join(',');
}
