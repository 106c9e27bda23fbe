// Which FAT a partition gets. In: its size and place. Out: width, cluster size and DOS type. Never: leaves it to
// mkfs.fat, whose own choice follows other limits than Microsoft's and has changed between versions.
import { GiB, MiB } from '../lib/bytes.ts';
import { dosTypes, endsBeyondChs } from './tables/dos.ts';

export type FatPlan = {
  readonly bits: 12 | 16 | 32;
  readonly sectorsPerCluster: number;
  /** Type of the partition in a DOS table, in hexadecimal. */
  readonly dosType: string;
};

type Step = readonly [maxBytes: number, clusterBytes: number];

const KiB = 1024;
/** @see Microsoft, FAT32 File System Specification 1.03, "FAT Volume Initialization", DskTableFAT16 */
const FAT16_STEPS: readonly Step[] = [
  [16 * MiB, KiB],
  [128 * MiB, 2 * KiB],
  [256 * MiB, 4 * KiB],
  [512 * MiB, 8 * KiB],
  [GiB, 16 * KiB],
  // 2 GiB would be a few clusters too many; the FDISK of DOS stops here as well.
  [2047 * MiB, 32 * KiB],
];
/** @see the same, DskTableFAT32 */
const FAT32_STEPS: readonly Step[] = [
  [8 * GiB, 4 * KiB],
  [16 * GiB, 8 * KiB],
  [32 * GiB, 16 * KiB],
  [Number.POSITIVE_INFINITY, 32 * KiB],
];
/** From here on Microsoft's FORMAT makes a FAT32. */
const FAT32_FROM_BYTES = 512 * MiB;
/** A file system with fewer clusters is a FAT12, whatever it says; 16 more, as the specification advises. */
const FAT16_MIN_CLUSTERS = 4085 + 16;
const FAT12_MAX_CLUSTERS = 4084 - 16;
/** Boot sectors, both tables and the root directory of a FAT16 take less than this. */
const FAT16_OVERHEAD_BYTES = 300 * KiB;
/** A file system with fewer clusters is a FAT16, whatever it says. */
const FAT32_MIN_CLUSTERS = 65_525 + 16;
const FAT32_RESERVED_SECTORS = 32;

/**
 * The least that is a FAT32, with clusters of one sector: 33 MiB on sectors of 512 bytes, 257 MiB on those of 4096.
 * @see Microsoft, FAT32 File System Specification 1.03; mkfs.fat(8) makes smaller ones, and only warns
 */
export function fat32MinBytes(sectorBytes: number): number {
  const tableSectors = Math.ceil(((FAT32_MIN_CLUSTERS + 2) * 4) / sectorBytes);
  return (FAT32_RESERVED_SECTORS + 2 * tableSectors + FAT32_MIN_CLUSTERS) * sectorBytes;
}

/**
 * Undefined where no FAT fits: over 2047 MiB when `largestBits` is 16, as for DOS before Windows 95 OSR2.
 * @see Microsoft, FAT32 File System Specification 1.03: the count of clusters alone decides the width
 */
export function planFat(partition: {
  readonly startSector: number;
  readonly sizeSectors: number;
  readonly sectorBytes: number;
  readonly largestBits: 16 | 32;
}): FatPlan | undefined {
  const { startSector, sizeSectors, sectorBytes, largestBits } = partition;
  const sizeBytes = sizeSectors * sectorBytes;
  const beyondChs = endsBeyondChs({ startSector, sizeSectors });
  const clusterOf = (steps: readonly Step[]): number | undefined => {
    const found = steps.find(([maxBytes]) => sizeBytes <= maxBytes);
    return found === undefined ? undefined : Math.max(found[1], sectorBytes);
  };
  if (largestBits === 32 && sizeBytes > FAT32_FROM_BYTES) {
    const clusterBytes = clusterOf(FAT32_STEPS) ?? 0;
    return {
      bits: 32,
      sectorsPerCluster: clusterBytes / sectorBytes,
      dosType: dosTypes.fat32,
    };
  }
  const clusterBytes = clusterOf(FAT16_STEPS);
  if (clusterBytes === undefined) return undefined;
  if ((sizeBytes - FAT16_OVERHEAD_BYTES) / clusterBytes < FAT16_MIN_CLUSTERS) return planFat12(sizeBytes, sectorBytes);
  const small = sizeBytes < 32 * MiB ? dosTypes.fat16Small : dosTypes.fat16;
  const dosType = beyondChs ? dosTypes.fat16Lba : small;
  return { bits: 16, sectorsPerCluster: clusterBytes / sectorBytes, dosType };
}

function planFat12(sizeBytes: number, sectorBytes: number): FatPlan {
  let sectorsPerCluster = 1;
  while (sizeBytes / (sectorsPerCluster * sectorBytes) > FAT12_MAX_CLUSTERS) sectorsPerCluster *= 2;
  return { bits: 12, sectorsPerCluster, dosType: dosTypes.fat12 };
}
