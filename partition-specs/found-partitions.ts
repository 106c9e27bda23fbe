// What is already on a planned disk, and what happens to it.
import type { DiskFacts, ExistingPartition } from './disk-facts.ts';
import type { FoundPartition, LayoutPartition } from './layout.ts';
import type { Pin } from './find-data.ts';
import type { SectorExtent } from './sector-extent.ts';
import type { PartitionRequest } from './spec-types.ts';
import { describeContent } from './describe-content.ts';
import { isExtended } from './tables/dos.ts';
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
    const evidence = describeContent(found, sizeBytes, isExtended(found, disk.table?.kind));
    return {
      number,
      ...(path === undefined ? {} : { path }),
      startSector,
      sizeSectors,
      verdict: verdictOf(found, pin, planned),
      evidence: pin === undefined ? evidence : `${evidence}: ${pin.evidence}`,
      holdsData: holdsData(found, disk.table?.kind),
      holdsFilesystem: found.fsType !== undefined || found.tableType !== undefined,
    };
  });
}

function verdictOf(found: ExistingPartition, pin: Pin | undefined, planned: readonly LayoutPartition[]) {
  if (pin !== undefined) return 'KEEP';
  return planned.some((each) => sameExtent(each, found)) ? 'FORMAT' : 'DELETE';
}

function sameExtent(left: SectorExtent, right: SectorExtent): boolean {
  return left.startSector === right.startSector && left.sizeSectors === right.sizeSectors;
}

/** Nobody misses swap, the frame around logical partitions, a boot loader's own space, or an empty slice for the whole disk. */
function holdsData(found: ExistingPartition, tableKind = ''): boolean {
  if (found.fsType === 'swap' || isExtended(found, tableKind)) return false;
  if (found.fsType !== undefined) return true;
  const isWhole = found.startSector === 0 && wholeTypes.get(tableKind)?.has(found.type.toLowerCase()) === true;
  return !(isWhole && found.blank === true) && found.type.toLowerCase() !== gptTypes.biosBoot;
}

/** Types of slices that by tradition stand for the disk, or for its label, by what sfdisk calls the table. */
const wholeTypes: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['sun', new Set(['5'])],
  ['sgi', new Set(['0', '6'])],
  ['bsd', new Set(['0'])],
]);

/** Mounts and running devices on the disk or its partitions, one sentence each. */
export function findUses(disk: DiskFacts): string[] {
  const places = disk.partitions.map((part) => usesOf(part.path ?? `partition ${part.number}`, part));
  return [usesOf(disk.path, disk), ...places].flat();
}

type Used = { readonly mountpoints: readonly string[]; readonly holders: readonly string[] };

export function usesOf(path: string, { mountpoints, holders }: Used): string[] {
  const mounts = mountpoints.map((mountPoint) =>
    mountPoint === '[SWAP]' ? 'in use as swap' : `mounted on ${mountPoint}`,
  );
  return [...mounts, ...holders.map((holder) => `part of ${holder}`)].map((use) => `${path} is ${use}`);
}
