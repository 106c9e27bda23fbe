// What lies on a planned disk already, and what becomes of it.
import { formatBytes } from '../lib/bytes.ts';
import type { DiskFacts } from './disk-facts.ts';
import type { FoundPartition } from './layout.ts';

/** Every partition found gets a verdict with its evidence. Without `data` there is one verdict: DELETE. */
export function findPartitions(disk: DiskFacts): FoundPartition[] {
  return disk.partitions.map(({ number, path, startSector, sizeSectors, ...found }) => ({
    number,
    ...(path === undefined ? {} : { path }),
    startSector,
    sizeSectors,
    verdict: 'DELETE',
    evidence: describe(found, sizeSectors * disk.logicalSectorBytes),
  }));
}

/** What lies on the disk without a partition table, if anything. */
export function findWholeDisk(disk: DiskFacts): string | undefined {
  return disk.fsType === undefined ? undefined : describe(disk, disk.sizeBytes);
}

/** Mounts and running devices on the disk or its partitions, one sentence each. */
export function findUses(disk: DiskFacts): string[] {
  const places = disk.partitions.map((part) => usesOf(part.path ?? `partition ${part.number}`, part));
  return [usesOf(disk.path, disk), ...places].flat();
}

type Used = { readonly mountpoints: readonly string[]; readonly holders: readonly string[] };

function usesOf(path: string, { mountpoints, holders }: Used): string[] {
  const mounts = mountpoints.map((mountPoint) =>
    mountPoint === '[SWAP]' ? 'in use as swap' : `mounted on ${mountPoint}`,
  );
  return [...mounts, ...holders.map((holder) => `part of ${holder}`)].map((use) => `${path} is ${use}`);
}

type Content = { fsType?: string; fsLabel?: string; label?: string; type?: string };

function describe({ fsType, fsLabel, label, type }: Content, sizeBytes: number): string {
  const words = [fsType ?? 'no known file system'];
  if (fsLabel !== undefined) words.push(`labelled '${fsLabel}'`);
  if (label !== undefined) words.push(`named '${label}'`);
  if (fsType === undefined && type !== undefined) words.push(`type ${type.toLowerCase()}`);
  return [...words, formatBytes(sizeBytes)].join(', ');
}
