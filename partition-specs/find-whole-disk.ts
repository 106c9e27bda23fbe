// What is on a disk besides the partitions of its table. In: facts. Out: findings, each as a sentence. Pure.
import { formatBytes } from '../lib/bytes.ts';
import { describeContent, describeUnreadable } from './describe-content.ts';
import type { DiskFacts, FreeSpace } from './disk-facts.ts';
import { usesOf } from './found-partitions.ts';
import { overlap } from './sector-extent.ts';
import type { SectorExtent } from './sector-extent.ts';

export type Finding = {
  readonly text: string;
  /** A file system or a member of a group that tools can read; else only a name, or bytes that nobody knows. */
  readonly isKnown: boolean;
};

/**
 * A file system on the disk itself, a table or a member that nobody can list, bytes at the ends that nobody knows; and
 * what is named in free space that `written` covers, or in all of it when that is undefined.
 */
export function findOnWholeDisk(disk: DiskFacts, written?: readonly SectorExtent[]): Finding[] {
  const { signatures = [], unknownContent = [], freeSpace = [] } = disk;
  const known = disk.fsType !== undefined || usesOf(disk.path, disk).length > 0;
  return [
    ...(known ? [{ text: describeContent(disk, disk.sizeBytes), isKnown: true }] : []),
    ...signatures.map(({ type }) => ({ text: describeUnreadable(type), isKnown: false })),
    ...unknownContent.map((end) => ({ text: `unknown content in the ${end} MiB`, isKnown: false })),
    ...freeSpace
      .filter((free) => isNamed(free) && (written ?? [free]).some((extent) => overlap(extent, free)))
      .map((free) => ({ text: describeFree(free, disk), isKnown: free.fsType !== undefined })),
  ];
}

function isNamed({ fsType, tableType }: FreeSpace): boolean {
  return fsType !== undefined || tableType !== undefined;
}

/** `in free space at sector 2048: ext4, 4.00 GiB`. */
export function describeFree(free: FreeSpace, { logicalSectorBytes }: Pick<DiskFacts, 'logicalSectorBytes'>): string {
  const sizeBytes = free.sizeSectors * logicalSectorBytes;
  const content = isNamed(free) ? describeContent(free, sizeBytes) : `unknown content, ${formatBytes(sizeBytes)}`;
  return `in free space at sector ${free.startSector}: ${content}`;
}
