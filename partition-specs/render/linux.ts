// A layout → what Linux does to bring it about. In: the layout. Out: operations in order, fstab, mounts.
// Never: decides anything; every number and UUID is the layout's.
import { filesystemOf } from '../filesystems/all.ts';
import type { Layout, LayoutDisk, LayoutPartition } from '../layout.ts';
import { partitionPath } from '../linux-device-path.ts';
import type { Argv } from '../../lib/run-command.ts';
import { mountsInOrder, renderFstab, swaps } from './fstab.ts';
import { renderSfdiskScript } from './sfdisk-script.ts';

type DiskRef = { readonly path: string; readonly serial?: string };

/** One program to run. `destroys`: something on the disk is lost by it. */
type DiskOperation = {
  readonly kind: 'wipe' | 'partition' | 'reread' | 'mkfs' | 'mkswap';
  readonly disk: DiskRef;
  readonly argv: Argv;
  readonly stdin?: string;
  readonly why: string;
  readonly destroys: boolean;
};

type Mount = {
  readonly device: string;
  readonly mountPoint: string;
  readonly fsType: string;
  /** For `mount -o`, while the machine is installed: without what only a running system heeds. */
  readonly options: string;
};

export type LinuxDiskPlan = {
  /** All tables first, then all file systems; run in order, stop at the first that fails. */
  readonly operations: readonly DiskOperation[];
  readonly fstab: string;
  /** In the order of mounting, `/` first. */
  readonly mounts: readonly Mount[];
  /** Device paths. */
  readonly swaps: readonly string[];
  /** UUID of the root file system. */
  readonly rootUuid: string;
  /** Where the boot loader goes. */
  readonly bootDisk: DiskRef;
};

/** Renders a layout for Linux: sfdisk, mkfs.*, mkswap, wipefs and partx of util-linux and e2fsprogs. */
export function renderLinux(layout: Layout): LinuxDiskPlan {
  const mounts = mountsInOrder(layout);
  const bootDisk = layout.disks.find((disk) => disk.name === layout.bootDisk);
  const root = mounts.find(({ content }) => content.mountPoint === '/');
  if (bootDisk === undefined || root === undefined) throw new Error('a layout without a boot disk or a root');
  return {
    operations: [...layout.disks.flatMap(tableOperations), ...layout.disks.flatMap(contentOperations)],
    fstab: renderFstab(layout),
    mounts: mounts.map(({ partition, content, diskPath }) => ({
      device: partitionPath(diskPath, partition.number),
      mountPoint: content.mountPoint ?? '',
      fsType: content.filesystem,
      options: installOptions(content.options),
    })),
    swaps: swaps(layout).map(({ partition, diskPath }) => partitionPath(diskPath, partition.number)),
    rootUuid: root.content.uuid,
    bootDisk: refTo(bootDisk),
  };
}

/** Options that say when or by whom to mount, which mount(8) of a ramdisk need not know, or that forbid installing. */
const LATER = new Set(['auto', 'noauto', 'nofail', 'user', 'nouser', 'users', 'group', 'owner', 'ro', 'noexec']);

function installOptions(options: readonly string[]): string {
  return options.filter((option) => !LATER.has(option) && !option.startsWith('x-')).join(',') || 'defaults';
}

function refTo({ hardware: { path, serial } }: LayoutDisk): DiskRef {
  return serial === undefined ? { path } : { path, serial };
}

function tableOperations(layoutDisk: LayoutDisk): DiskOperation[] {
  const disk = refTo(layoutDisk);
  const range = numberRange(layoutDisk);
  // Highest number first: logical partitions before the extended one that holds them.
  const old = layoutDisk.found
    .toSorted((left, right) => right.number - left.number)
    .filter((found) => found.path !== undefined)
    .map((found): DiskOperation => {
      const why = `partition ${found.number} goes (${found.evidence}); its signature must not come back to life`;
      return { kind: 'wipe', disk, argv: ['wipefs', '--all', found.path ?? ''], why, destroys: true };
    });
  return [
    ...old,
    {
      kind: 'wipe',
      disk,
      argv: ['wipefs', '--all', disk.path],
      why: 'the old partition table, both copies, and any signature of the whole disk',
      destroys: true,
    },
    {
      kind: 'reread',
      disk,
      argv: ['partx', '--delete', '--nr', range, disk.path],
      why: 'the kernel must forget the old partitions, or one that overlaps a new one stands in its way',
      destroys: false,
    },
    {
      kind: 'partition',
      disk,
      argv: ['sfdisk', '--wipe', 'always', '--wipe-partitions', 'always', disk.path],
      stdin: renderSfdiskScript(layoutDisk),
      why: `${layoutDisk.name} is this disk: ${layoutDisk.boundBy}; signatures left where partitions begin are wiped, too`,
      destroys: true,
    },
    {
      kind: 'reread',
      disk,
      argv: ['partx', '--update', '--nr', range, disk.path],
      why: 'the kernel must show the new partitions, even where it has no parser for the table',
      destroys: false,
    },
  ];
}

/** For partx, which without a range stops at the count of partitions and would miss number 128. */
function numberRange({ partitions, found }: LayoutDisk): string {
  return `1:${Math.max(...[...partitions, ...found].map((partition) => partition.number))}`;
}

function contentOperations(layoutDisk: LayoutDisk): DiskOperation[] {
  return layoutDisk.partitions.flatMap((partition) => {
    const operation = contentOperation(layoutDisk, partition);
    return operation === undefined ? [] : [operation];
  });
}

function contentOperation(layoutDisk: LayoutDisk, { content, number, verdict, why }: LayoutPartition) {
  if (content === undefined || verdict === 'KEEP') return undefined;
  const kind = filesystemOf(content.filesystem);
  const device = partitionPath(layoutDisk.hardware.path, number);
  const label = content.label === undefined ? {} : { label: content.label };
  const operation: DiskOperation = {
    kind: kind.operation,
    disk: refTo(layoutDisk),
    argv: kind.make({ device, uuid: content.uuid, ...label }),
    why: `${why}: ${kind.makeWhy}`,
    destroys: true,
  };
  return operation;
}
