// A disk as the renderers of the BSDs take it, and its label. In: one object. Out: another. Never: decides a place.
import { bsdFsTypes } from '../labels/bsd-label.ts';
import type { BsdDisk, BsdFlavour, BsdLabel } from '../labels/bsd-label.ts';
import type { DosPrimary } from '../labels/dos-label.ts';
import type { ForeignCommand, ForeignPartition } from './foreign-system.ts';

export type BsdSystemDisk = {
  /** As the system calls it: `ada0`, `sd0`, `wd0`. */
  readonly name: string;
  readonly disk: BsdDisk;
  /** Slot of the DOS label that the system's slice takes, 1 to 4. */
  readonly sliceNumber: number;
  readonly partitions: readonly ForeignPartition[];
  /** Pack name of the label: the disk's logical name. */
  readonly label: string;
  /** 8 bytes; only OpenBSD has a place for them. */
  readonly uid?: Uint8Array;
};

const fsTypes: Readonly<Record<ForeignPartition['content'], number>> = {
  ufs: bsdFsTypes.ffs,
  swap: bsdFsTypes.swap,
  msdos: bsdFsTypes.msdos,
};

/** The disklabel of the disk, for the writer and for the text form. */
export function bsdLabelOf(flavour: BsdFlavour, { disk, partitions, label, uid }: BsdSystemDisk): BsdLabel {
  return {
    flavour,
    disk,
    name: label,
    partitions: partitions.map(({ letter, startSector, sizeSectors, content }) => {
      return { letter, startSector, sizeSectors, fsType: fsTypes[content] };
    }),
    ...(uid === undefined || flavour.uidBytes === 0 ? {} : { uid }),
  };
}

/** The slice as the DOS label lists it; the boot code starts it. */
export function sliceEntryOf({ disk, sliceNumber }: BsdSystemDisk, type: number): DosPrimary {
  return { number: sliceNumber, type, ...disk.slice, active: true };
}

/** `newfs` for every partition that gets a file system; `make` answers the arguments for its device. */
export function renderNewfs(
  partitions: readonly ForeignPartition[],
  make: Readonly<Record<'ufs' | 'msdos', (partition: ForeignPartition) => ForeignCommand['argv']>>,
): ForeignCommand[] {
  return partitions.flatMap((partition): ForeignCommand[] => {
    const { content, keep, letter, mountPoint } = partition;
    if (content === 'swap' || keep === true) return [];
    const why = `file system for ${mountPoint ?? `partition ${letter}`}`;
    return [{ kind: 'mkfs', argv: make[content](partition), why, destroys: true }];
  });
}
