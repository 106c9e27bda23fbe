// The DOS partition table (MBR): four entries, and a chain of logical partitions inside an extended one.
import { MiB } from '../../lib/bytes.ts';
import type { TableKind } from './table-kind.ts';

/** Partition types in hexadecimal, as sfdisk prints them. */
export const dosTypes = {
  extended: '5',
  /** Beyond what cylinder, head and sector can name. */
  extendedLba: 'f',
  fat12: '1',
  fat16: '6',
  /** Below 32 MiB. */
  fat16Small: '4',
  /** Beyond what cylinder, head and sector can name. */
  fat16Lba: 'e',
  /** By LBA, wherever it lies: whatever reads a FAT32 knows it. */
  fat32: 'c',
  freebsd: 'a5',
  openbsd: 'a6',
  netbsd: 'a9',
  linux: '83',
  linuxLvm: '8e',
  linuxRaid: 'fd',
  linuxSwap: '82',
  efiSystem: 'ef',
} as const;

/** Types of partitions that hold nothing but logical ones: by CHS, by LBA, and Linux's own. */
export const extendedTypes: ReadonlySet<string> = new Set(['5', 'f', '85']);

/**
 * Whether a partition that was found is the frame around logical ones. Other tables use the same numbers for slices
 * with contents.
 */
export function isExtended({ type }: { readonly type: string }, tableKind: string | undefined): boolean {
  return tableKind === 'dos' && extendedTypes.has(type.toLowerCase());
}

/** What cylinder, head and sector can name: 1024 cylinders of 255 heads and 63 sectors. */
const CHS_SECTORS = 1024 * 255 * 63;

/**
 * Whether a partition ends behind the last cylinder that its entry can name: programs of old read it only by the type
 * that says so.
 */
export function endsBeyondChs(extent: { readonly startSector: number; readonly sizeSectors: number }): boolean {
  return extent.startSector + extent.sizeSectors > CHS_SECTORS;
}

/** Whether a letter of a DOS table lies inside the extended partition: all but a, b and c do. */
export function isLogicalLetter(letter: string): boolean {
  return letter > 'c';
}

/** What an MBR in front of a GPT covers the disk with. @see UEFI 2.10 §5.2.3 */
export const protectiveType = 'ee';

/** A disk's id, as sfdisk prints it, out of the UUID that is derived for it. */
export function dosIdOf(uuid: string): string {
  return `0x${uuid.slice(0, 8)}`;
}

/** Sector numbers have 32 bits. */
const MAX_SECTORS = 2 ** 32 - 1;

export const dos: TableKind = {
  name: 'dos',
  fixedUnitBytes: MiB,
  unitBytesOf: () => MiB,
  usableUnits: ({ sizeBytes, logicalSectorBytes }) => {
    const sectors = Math.min(Math.floor(sizeBytes / logicalSectorBytes), MAX_SECTORS);
    return { first: 1, end: Math.floor((sectors * logicalSectorBytes) / MiB) };
  },
  sectorBytes: [512, 1024, 2048, 4096],
  maxSectors: MAX_SECTORS,
  logicalPartitions: true,
  names: false,
  describe: ({ sizeBytes, logicalSectorBytes }, { uuid, foundId }) => {
    const total = Math.min(Math.floor(sizeBytes / logicalSectorBytes), MAX_SECTORS);
    return { kind: 'dos', id: foundId ?? dosIdOf(uuid), firstSector: 1, lastSector: total - 1 };
  },
};
