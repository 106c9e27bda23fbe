// From a layout to what Linux does to create it. In: the layout. Out: operations in order, fstab, mounts.
// Never: decides anything; every number and UUID comes from the layout.
import type { Argv } from '../../lib/run-command.ts';
import { isEfiSystem } from '../efi-system.ts';
import { filesystemOf } from '../filesystems/all.ts';
import { filledPlaces } from '../layout.ts';
import type { Filled, Layout, LayoutDisk } from '../layout.ts';
import type { DiskOperation, DiskRef, FamilyPlan } from './disk-operation.ts';
import { mountsInOrder, renderFstab, swaps } from './fstab.ts';
import { stackOperations } from './linux-stacks.ts';
import { refTo, tableOperations } from './linux-table.ts';
import { isForUserSpace, optionName } from '../option-table.ts';
import { GRUB_ROOT_FILE, grubDefaults, rootFlagsOf } from './root-flags.ts';
import { sectorBytesOf } from '../sector-bytes.ts';
import { renderMdadmConf } from './mdadm-conf.ts';

type Mount = {
  readonly device: string;
  readonly mountPoint: string;
  readonly fsType: string;
  /** Not mounted while the machine is installed. */
  readonly isLater?: true;
  /** For `mount -o`, while the machine is installed: without what only a running system heeds. */
  readonly options: string;
};

export type LinuxDiskPlan = FamilyPlan & {
  /** fstab(5); also the first of `files`. */
  readonly fstab: string;
  /** In the order of mounting, `/` first. */
  readonly mounts: readonly Mount[];
  /** Device paths. */
  readonly swaps: readonly string[];
  /** What the kernel finds its root by: `UUID=…`, or the device of a logical volume, which names its group. */
  readonly root: string;
  /** The same for the kernel's command line, with what only the first mount heeds: `root=UUID=… rootflags=data=journal`. */
  readonly rootArguments: readonly string[];
  /** What ends groups and arrays once nothing is mounted, as a clean shutdown would. */
  readonly releases: readonly { readonly argv: Argv; readonly why: string }[];
  /** Where the boot loader goes: every disk that the firmware may start from. */
  readonly bootDisks: readonly DiskRef[];
};

/**
 * Renders a layout for Linux: tables first, then arrays and volume groups, then file systems, with the programs of
 * util-linux, mdadm, lvm2 and the makers of each file system.
 */
export function renderLinux(layout: Layout): LinuxDiskPlan {
  const mounts = mountsInOrder(layout);
  const root = mounts.find(({ content }) => content.mountPoint === '/');
  if (root === undefined) throw new Error('a layout without a root');
  const fstab = renderFstab(layout);
  const inGroup = layout.groups.some(({ volumes }) => volumes.some(({ device }) => device === root.device));
  const rootDevice = inGroup ? root.device : `UUID=${root.content.uuid}`;
  const rootFlags = rootFlagsOf(root.content);
  return {
    operations: [
      ...layout.disks.flatMap(tableOperations),
      ...stackOperations(layout),
      ...filledPlaces(layout).flatMap((place) => contentOperation(place, layout)),
    ],
    fstab,
    files: [
      { path: '/etc/fstab', text: fstab },
      ...(layout.arrays.length === 0 ? [] : [{ path: '/etc/mdadm/mdadm.conf', text: renderMdadmConf(layout) }]),
      ...rootFlags.map((flags) => ({ path: GRUB_ROOT_FILE, text: grubDefaults(flags) })),
    ],
    mounts: mounts.map(({ content, device }) => ({
      device,
      mountPoint: content.mountPoint ?? '',
      fsType: filesystemOf(content.filesystem).mountType ?? content.filesystem,
      ...(filesystemOf(content.filesystem).keptOnly === true ? { isLater: true as const } : {}),
      options: installOptions(content.options),
    })),
    swaps: swaps(layout).map(({ device }) => device),
    root: rootDevice,
    rootArguments: [`root=${rootDevice}`, ...rootFlags],
    releases: [
      ...layout.groups.map(({ name }) => {
        return { argv: ['lvm', 'vgchange', '--activate', 'n', name] as const, why: `${name} ends as at a shutdown` };
      }),
      ...layout.arrays.toReversed().map(({ device, name }) => {
        return {
          argv: ['mdadm', '--stop', device] as const,
          why: `${name} ends clean, so that it need not be compared`,
        };
      }),
    ],
    bootDisks: layout.bootDisks.flatMap((name) => layout.disks.filter((disk) => disk.name === name).map(refTo)),
  };
}

/**
 * Options that say when or by whom to mount, which mount(8) of a ramdisk need not know, that forbid installing, or that
 * ask for tables of letters which the ramdisk does not have.
 */
const LATER = new Set(
  (
    'auto noauto nofail _netdev user nouser users group owner ro noexec nosymfollow ' +
    'noload norecovery codepage iocharset nls comment shared rshared slave rslave private rprivate unbindable ' +
    'runbindable'
  ).split(' '),
);

function installOptions(options: readonly string[]): string {
  return options.filter((option) => !LATER.has(optionName(option)) && !isForUserSpace(option)).join(',') || 'defaults';
}

function contentOperation({ content, device, kept, why }: Filled, layout: Layout): DiskOperation[] {
  if (kept) return [];
  const kind = filesystemOf(content.filesystem);
  const place = placeOf(device, layout);
  const disk = place.disk === undefined ? {} : { disk: refTo(place.disk) };
  return [
    {
      kind: kind.operation,
      ...disk,
      argv: kind.make({
        device,
        uuid: content.uuid,
        ...(content.label === undefined ? {} : { label: content.label }),
        sizeBytes: place.sizeBytes,
        sectorBytes: sectorBytesOf(device, layout),
        ...(place.forFirmware === true ? { forFirmware: true } : {}),
      }),
      why: `${why}: ${kind.makeWhy}`,
      destroys: true,
    },
    ...(kind.makeInside?.(device, content.options) ?? []).map((argv): DiskOperation => {
      return { kind: kind.operation, ...disk, argv, why: `${why}: what its mount options name`, destroys: false };
    }),
  ];
}

type Place = { readonly disk?: LayoutDisk; readonly sizeBytes: number; readonly forFirmware?: boolean };

function placeOf(device: string, { disks, arrays, groups }: Layout): Place {
  for (const disk of disks) {
    const partition = disk.partitions.find((each) => each.device === device);
    if (partition === undefined) continue;
    const sizeBytes = partition.sizeSectors * disk.hardware.logicalSectorBytes;
    return { disk, sizeBytes, forFirmware: isEfiSystem(partition) };
  }
  const stacked = [...arrays, ...groups.flatMap(({ volumes }) => volumes)].find((each) => each.device === device);
  return { sizeBytes: stacked?.sizeBytes ?? 0 };
}
