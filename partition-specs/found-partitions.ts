// What lies on a planned disk already, and what becomes of it.
import { formatBytes } from '../lib/bytes.ts';
import type { DiskFacts, ExistingPartition } from './disk-facts.ts';
import type { FoundPartition, LayoutPartition } from './layout.ts';
import type { Pin } from './find-data.ts';
import type { PartitionRequest } from './spec-types.ts';
import { extendedTypes } from './tables/dos.ts';
import { gptTypes } from './tables/gpt.ts';

/** Every partition found gets a verdict with its evidence; so does one that only the server's record knows. */
export function findPartitions(
  disk: DiskFacts,
  planned: readonly LayoutPartition[],
  pins: ReadonlyMap<PartitionRequest, Pin>,
): FoundPartition[] {
  const kept = [...pins.values()];
  const lost = kept.filter(({ inTable, partition }) => !inTable && planned.some((each) => sameExtent(each, partition)));
  return [...disk.partitions, ...lost.map(({ partition }) => partition)].map((found) => {
    const { number, path, startSector, sizeSectors } = found;
    const pin = kept.find(({ partition }) => partition === found);
    const sizeBytes = sizeSectors * disk.logicalSectorBytes;
    const evidence = describe(found, sizeBytes);
    return {
      number,
      ...(path === undefined ? {} : { path }),
      startSector,
      sizeSectors,
      verdict: verdictOf(found, pin, planned),
      evidence: pin === undefined ? evidence : `${evidence}: ${pin.evidence}`,
      holdsData: holdsData(found),
      holdsFilesystem: found.fsType !== undefined,
    };
  });
}

function verdictOf(found: ExistingPartition, pin: Pin | undefined, planned: readonly LayoutPartition[]) {
  if (pin !== undefined) return 'KEEP';
  return planned.some((each) => sameExtent(each, found)) ? 'FORMAT' : 'DELETE';
}

type Extent = { readonly startSector: number; readonly sizeSectors: number };

function sameExtent(left: Extent, right: Extent): boolean {
  return left.startSector === right.startSector && left.sizeSectors === right.sizeSectors;
}

/** Nobody misses swap, the frame around logical partitions, or a boot loader's own space. */
function holdsData({ type, fsType }: ExistingPartition): boolean {
  const plain = type.toLowerCase();
  return fsType !== 'swap' && !extendedTypes.has(plain) && plain !== gptTypes.biosBoot;
}

/** What lies on the disk without a partition table, if anything; what is in use is something, known or not. */
export function findWholeDisk(disk: DiskFacts): string | undefined {
  if (disk.fsType === undefined && usesOf(disk.path, disk).length === 0) return undefined;
  return describe(disk, disk.sizeBytes);
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
  const isExtended = type !== undefined && extendedTypes.has(type.toLowerCase());
  const words = [fsType ?? (isExtended ? 'extended partition' : 'no known file system')];
  if (fsLabel !== undefined) words.push(`labelled '${fsLabel}'`);
  if (label !== undefined) words.push(`named '${label}'`);
  if (fsType === undefined && !isExtended && type !== undefined) words.push(`type ${type.toLowerCase()}`);
  return [...words, formatBytes(sizeBytes)].join(', ');
}
