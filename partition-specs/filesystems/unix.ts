// File systems of the other Unixes and of DOS, as the specs of their families name them. In: nothing. Out: what the
// planner asks for. Never run here: except for FAT, their programs exist only on those systems.
import { GiB, MiB } from '../../lib/bytes.ts';
import { optionNames } from '../option-table.ts';
import type { FilesystemKind } from './filesystem-kind.ts';

/** Common to all that these systems know. */
const unixKind = {
  labelMaxBytes: 0,
  labelByMountPoint: false,
  operation: 'mkfs',
  addedOptions: { root: [], other: [] },
  // Their newfs draws its own numbers; this one only keeps layouts apart.
  uuidFrom: (derived: string) => derived,
  makeWhy: 'by the system itself',
} as const;

/** UFS or FFS under the name that the system has for it; `mountOptions` are those that only it knows. */
export function ufsKind(name: 'ufs' | 'ffs', mountOptions: string): FilesystemKind {
  return {
    ...unixKind,
    name,
    blkidType: 'ufs',
    minBytes: 4 * MiB,
    use: 'files',
    rootable: true,
    mountOptions: optionNames(mountOptions),
    fsckPass: { root: 1, other: 2 },
    make: ({ device }) => ['newfs', device],
    superblock: { offsetBytes: 8192, sizeBytes: 8192 },
  };
}

/** Swap, which these systems use as it is. */
export const unixSwap: FilesystemKind = {
  ...unixKind,
  name: 'swap',
  blkidType: 'swap',
  minBytes: MiB,
  use: 'swap',
  rootable: false,
  mountOptions: optionNames(''),
  fsckPass: { root: 0, other: 0 },
  // Nothing to make: the system takes the partition as it is.
  make: ({ device }) => ['true', device],
  superblock: { offsetBytes: 0, sizeBytes: 0 },
};

/** FAT in a partition of a BSD, or of DOS itself, which starts from one. */
export function fatKind(given: { rootable: boolean; mountOptions: string }): FilesystemKind {
  return {
    ...unixKind,
    name: 'msdos',
    blkidType: 'vfat',
    minBytes: MiB,
    limitBytes: 2048 * GiB,
    use: 'files',
    rootable: given.rootable,
    labelMaxBytes: 11,
    labelForbids: /[*?.,;:/\\|+=<>[\]"]/,
    labelAs: (label) => label.toUpperCase(),
    mountOptions: optionNames(given.mountOptions),
    fsckPass: { root: 0, other: 0 },
    uuidFrom: (derived) => `${derived.slice(0, 4)}-${derived.slice(4, 8)}`.toUpperCase(),
    make: ({ device }) => ['newfs_msdos', device],
    superblock: { offsetBytes: 0, sizeBytes: 512 },
  };
}

/** By name, as a family lists them. */
export function byName(...kinds: readonly FilesystemKind[]): ReadonlyMap<string, FilesystemKind> {
  return new Map(kinds.map((kind) => [kind.name, kind]));
}
