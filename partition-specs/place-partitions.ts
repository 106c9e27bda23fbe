// Where every partition of a disk is: those that stay, and the others around them. In: one disk's task. Out: sectors,
// or problems, each of which stands for one fault at a column of the spec.
import { formatBytes } from '../lib/bytes.ts';
import { sizeProblem } from './filesystem-limits.ts';
import { describeDisk } from './disk-facts.ts';
import type { DiskFacts } from './disk-facts.ts';
import { EFI_MOUNT_POINT } from './efi-system.ts';
import { placeExtents } from './place-extents.ts';
import type { NoPlace, Pinned, PlaceRequest } from './place-extents.ts';
import { fat32MinBytes } from './plan-fat.ts';
import type { Pin } from './find-data.ts';
import { rangeInUnits, rangeProblem } from './range-in-units.ts';
import type { DiskTask, Problem } from './disk-task.ts';
import type { PlacedPartition } from './plan-partition.ts';
import type { PartitionRequest } from './spec-types.ts';
import { isExtended, isLogicalLetter } from './tables/dos.ts';

/** Every partition with its sectors: those that stay, and the others around them. */
export function placePartitions(task: DiskTask): PlacedPartition[] | { problems: Problem[] } {
  const { spec, table, added } = task;
  const { disk } = task.bound;
  const kept = spec.partitions.flatMap((request) => {
    const pin = task.pins.get(request);
    return pin === undefined ? [] : [{ request, pin, logical: isLogicalPin(pin, disk) }];
  });
  const crowded = crowdedPin(kept, task);
  if (crowded !== undefined) return { problems: [crowded] };
  const again = asOnEmptyDisk(task, kept);
  if (again !== undefined) return again;
  const free = spec.partitions.filter((request) => !task.pins.has(request));
  const requests: PlaceRequest[] = [
    ...added.map(({ sizeBytes }) => ({ size: { kind: 'exact', sizeBytes } as const, restMinBytes: 0, logical: false })),
    ...free.map((request) => ({
      size: rangeInUnits(request, table.unitBytesOf(disk)),
      restMinBytes: minBytesOf(request, task),
      logical: table.logicalPartitions && isLogicalLetter(request.letter),
    })),
  ];
  const usable = table.usableUnits(disk);
  const unitBytes = table.unitBytesOf(disk);
  const impossible = free.flatMap((request) => {
    const message = rangeProblem(request, unitBytes);
    return message === undefined ? [] : [{ column: request.column, message }];
  });
  if (impossible.length > 0) return { problems: impossible };
  const taken = requests.slice(0, added.length).reduce((total, { size }) => total + unitsOf(size, unitBytes), 0);
  const leads = requests.filter(({ logical }) => logical).length;
  const capacity = Math.max(0, usable.end - usable.first - taken - leads);
  const pinned = kept.map(({ pin, logical }) => pinnedUnits({ pin, logical, disk, unitBytes }));
  const result = placeExtents({
    usable: { start: usable.first, end: usable.end },
    pinned,
    requests,
    capacity,
    unitBytes,
  });
  if (!('places' in result)) return { problems: [noPlace(task, result, free)] };
  const unitSectors = unitBytes / disk.logicalSectorBytes;
  const sectorsOf = (index: number) => {
    const { startUnit = 0, sizeUnits = 0 } = result.places[index] ?? {};
    return { startSector: startUnit * unitSectors, sizeSectors: sizeUnits * unitSectors };
  };
  const placed: PlacedPartition[] = [
    ...added.map((each, index) => ({ added: each, logical: false, ...sectorsOf(index) })),
    ...free.map((request, index) => {
      const at = added.length + index;
      return { request, logical: requests[at]?.logical === true, ...sectorsOf(at) };
    }),
    ...kept.map(({ request, pin, logical }) => {
      const { startSector, sizeSectors } = pin.partition;
      return { request, pin, logical, startSector, sizeSectors };
    }),
  ];
  const problems = tooSmall(placed, task);
  return problems.length > 0 ? { problems } : placed;
}

/**
 * The layout of an empty disk, where it puts everything that is kept exactly where that lies: so the same text gives the
 * same layout by every installation, and an attempt that was cut off before all new data partitions were made finds them
 * in their places.
 */
function asOnEmptyDisk(
  task: DiskTask,
  kept: readonly { request: PartitionRequest; pin: Pin; logical: boolean }[],
): PlacedPartition[] | undefined {
  if (kept.length === 0) return undefined;
  const placed = placePartitions({ ...task, pins: new Map() });
  if (!Array.isArray(placed)) return undefined;
  const pinned = placed.map((each) => {
    const found = kept.find(({ request }) => request === each.request);
    return found === undefined ? each : { ...each, pin: found.pin };
  });
  const same = pinned.every(({ pin, startSector, sizeSectors }) => {
    return (
      pin === undefined || (pin.partition.startSector === startSector && pin.partition.sizeSectors === sizeSectors)
    );
  });
  const sameFrame = placed.every((each) =>
    kept.every(({ request, logical }) => request !== each.request || each.logical === logical),
  );
  return same && sameFrame ? pinned : undefined;
}

/** A logical partition lies inside an extended one; where the table shows neither, its type says nothing. */
export function isLogicalPin({ partition }: Pin, disk: DiskFacts): boolean {
  return disk.partitions.some(
    (outer) =>
      isExtended(outer, disk.table?.kind) &&
      partition.startSector > outer.startSector &&
      partition.startSector < outer.startSector + outer.sizeSectors,
  );
}

function pinnedUnits(kept: { pin: Pin; logical: boolean; disk: DiskFacts; unitBytes: number }): Pinned {
  const { startSector, sizeSectors } = kept.pin.partition;
  const sectorBytes = kept.disk.logicalSectorBytes;
  // In front of a logical partition lies the sector that describes it.
  const lead = kept.logical ? kept.unitBytes : 0;
  return {
    start: Math.floor((startSector * sectorBytes - lead) / kept.unitBytes),
    end: Math.ceil(((startSector + sizeSectors) * sectorBytes) / kept.unitBytes),
    logical: kept.logical,
  };
}

/** sfdisk puts a logical partition's own record 1 MiB in front of it; nothing that is kept may lie there. */
function crowdedPin(
  kept: readonly { request: PartitionRequest; pin: Pin; logical: boolean }[],
  { table, bound }: DiskTask,
): Problem | undefined {
  const unitBytes = table.unitBytesOf(bound.disk);
  const unitSectors = unitBytes / bound.disk.logicalSectorBytes;
  for (const { request, pin, logical } of kept) {
    const { startSector } = pin.partition;
    if (logical && startSector <= unitSectors) {
      const message = `data partition ${request.letter} is logical and begins within the first ${formatBytes(unitBytes)} of the disk: there is no room for its record that sfdisk would find`;
      return { column: request.column, message };
    }
    const neighbour = kept.find(({ pin: other }) => {
      const end = other.partition.startSector + other.partition.sizeSectors;
      return other !== pin && end > startSector - unitSectors && other.partition.startSector < startSector;
    });
    if (!logical || neighbour === undefined) continue;
    const message =
      `data partition ${request.letter} is logical and lies less than ${formatBytes(unitBytes)} behind ` +
      `data partition ${neighbour.request.letter}: there is no room for its record that sfdisk would not take from the other`;
    return { column: request.column, message };
  }
  return undefined;
}

function unitsOf(size: PlaceRequest['size'], unitBytes: number): number {
  return size.kind === 'exact' ? Math.ceil(size.sizeBytes / unitBytes) : 0;
}

function minBytesOf(request: PartitionRequest, { family, bound }: DiskTask): number {
  const minBytes = family.filesystems.get(request.filesystem)?.minBytes ?? PART_MIN_BYTES;
  if (request.mountPoint !== EFI_MOUNT_POINT) return minBytes;
  return Math.max(minBytes, fat32MinBytes(bound.disk.logicalSectorBytes));
}

/** Of an array or volume group: its own records and something to hold. */
const PART_MIN_BYTES = 64 * 1024 ** 2;

function noPlace(task: DiskTask, result: NoPlace, free: readonly PartitionRequest[]): Problem {
  const { spec, table, bound, added } = task;
  // What was added is nothing that people asked for.
  const own = result.index === undefined ? added.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) : 0;
  const unitBytes = table.unitBytesOf(bound.disk);
  const needed = formatBytes(result.neededUnits * unitBytes - own);
  const room = formatBytes(Math.max(0, result.freeUnits * unitBytes - own));
  const disk = `disk ${describeDisk(bound.disk)}`;
  if (result.index === undefined) {
    const message = `${spec.name} is too small: ${disk} has ${room} for partitions, and ${needed} are asked for`;
    return { column: spec.column, message };
  }
  const request = free[result.index - added.length];
  const what = request === undefined ? 'what the firmware needs' : `partition ${request.letter}`;
  const message = `${what} finds no place on ${disk} beside the partitions that are kept: it needs ${needed}, and the largest space left is ${room}`;
  return { column: request?.column ?? spec.column, message };
}

function tooSmall(placed: readonly PlacedPartition[], task: DiskTask): Problem[] {
  const { disk } = task.bound;
  return placed.flatMap(({ request, pin, sizeSectors }) => {
    if (request === undefined || pin !== undefined) return [];
    const { filesystem, column } = request;
    const sizeBytes = sizeSectors * disk.logicalSectorBytes;
    const kind = task.family.filesystems.get(filesystem);
    const limits = { ...kind, minBytes: minBytesOf(request, task) };
    const why = request.mountPoint === EFI_MOUNT_POINT ? ', as firmware reads FAT32' : '';
    const message = sizeProblem(sizeBytes, limits, `${filesystem} on disk ${describeDisk(disk)}`);
    if (message === undefined) return [];
    return [{ column, message: sizeBytes < limits.minBytes ? `${message}${why}` : message }];
  });
}
