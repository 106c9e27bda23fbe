// One disk of a layout. In: its part of the spec and the hardware. Out: every sector, number and UUID settled.
import { formatBytes, MiB } from '../lib/bytes.ts';
import type { BoundDisk } from './bind-disks.ts';
import { deriveUuid } from './derive-uuid.ts';
import { describeDisk } from './disk-facts.ts';
import type { DiskFacts } from './disk-facts.ts';
import type { AddedPartition } from './firmware/firmware-kind.ts';
import type { FilesystemKind } from './filesystems/filesystem-kind.ts';
import { findWholeDisk, findPartitions, findUses } from './found-partitions.ts';
import type { LayoutDisk, LayoutPartition } from './layout.ts';
import type { OsFamily } from './os-families/os-family.ts';
import { planExtents } from './plan-extents.ts';
import type { DiskSpec, PartitionRequest } from './spec-types.ts';
import { gptUsableSectors } from './tables/gpt.ts';

/** Partitions begin and end at multiples of this; it fits every sector and erase block in use. */
const ALIGNMENT_BYTES = MiB;

export type DiskTask = {
  readonly spec: DiskSpec;
  readonly text: string;
  readonly bound: BoundDisk;
  readonly family: OsFamily;
  readonly machineId: string;
  readonly added: readonly AddedPartition[];
};

type Problem = { readonly column: number; readonly message: string };

/** The disk's layout, or the problems that each stand for one fault at a column of the spec. */
export function planDisk(task: DiskTask): LayoutDisk | Problem[] {
  const { spec } = task;
  const { disk, boundBy } = task.bound;
  const usable = gptUsableSectors(disk.sizeBytes, disk.logicalSectorBytes);
  const end = Math.floor(((usable.last + 1) * disk.logicalSectorBytes) / ALIGNMENT_BYTES);
  const shares = shareSpace(task, end);
  if ('problems' in shares) return shares.problems;
  const partitions = [
    ...task.added.map((added) => addedPartition(added, task)),
    ...spec.partitions.map((partition) => requestedPartition(partition, task)),
  ];
  const wholeDisk = findWholeDisk(disk);
  return {
    name: spec.name,
    hardware: { ...hardwareOf(disk), logicalSectorBytes: disk.logicalSectorBytes },
    boundBy,
    table: {
      kind: 'gpt',
      uuid: deriveUuid(task.machineId, `disk/${spec.name}`),
      firstSector: usable.first,
      lastSector: usable.last,
    },
    partitions: placeInOrder(partitions, shares.sizes, ALIGNMENT_BYTES / disk.logicalSectorBytes),
    found: findPartitions(disk),
    ...(wholeDisk === undefined ? {} : { foundOnWholeDisk: wholeDisk }),
    inUse: findUses(disk),
  };
}

/** Sizes in units of the alignment, added partitions first; `endUnit` is the first unit that no partition may use. */
function shareSpace(task: DiskTask, endUnit: number): { sizes: number[] } | { problems: Problem[] } {
  const { spec, family, bound } = task;
  const added = task.added.map(({ sizeBytes }) => Math.ceil(sizeBytes / ALIGNMENT_BYTES));
  // The first unit holds the table.
  const capacity = endUnit - 1 - added.reduce((total, size) => total + size, 0);
  const minimums = spec.partitions.map((partition) => kindOf(partition, family).minBytes);
  const requests = spec.partitions.map(({ size }, index) => ({ size, restMinBytes: minimums[index] ?? 0 }));
  const extents = planExtents(requests, Math.max(0, capacity), ALIGNMENT_BYTES);
  if ('needed' in extents) {
    return { problems: [{ column: spec.column, message: tooSmall(task, extents.needed, capacity) }] };
  }
  const problems = spec.partitions.flatMap(({ filesystem, column }, index) => {
    const sizeBytes = (extents.sizes[index] ?? 0) * ALIGNMENT_BYTES;
    const minBytes = minimums[index] ?? 0;
    const found = `${formatBytes(sizeBytes)} for ${filesystem} on disk ${describeDisk(bound.disk)}`;
    return sizeBytes < minBytes ? [{ column, message: `${found}; it needs ${formatBytes(minBytes)}` }] : [];
  });
  return problems.length > 0 ? { problems } : { sizes: [...added, ...extents.sizes] };
}

/** What a layout keeps of a disk's facts. */
export function hardwareOf({ path, serial, wwn, model, sizeBytes }: DiskFacts) {
  return { path, ...present({ serial, wwn, model }), sizeBytes };
}

type Unplaced = Omit<LayoutPartition, 'startSector' | 'sizeSectors'>;

function placeInOrder(
  partitions: readonly Unplaced[],
  sizes: readonly number[],
  unitSectors: number,
): LayoutPartition[] {
  let startSector = unitSectors;
  return partitions.map((partition, index) => {
    const sizeSectors = (sizes[index] ?? 0) * unitSectors;
    const placed = { ...partition, startSector, sizeSectors };
    startSector += sizeSectors;
    return placed;
  });
}

function addedPartition(added: AddedPartition, { spec, machineId }: DiskTask): Unplaced {
  return {
    number: added.number,
    name: added.name,
    type: added.gptType,
    uuid: deriveUuid(machineId, `partition/${spec.name}/${added.name}`),
    verdict: 'CREATE',
    why: added.why,
  };
}

function requestedPartition(partition: PartitionRequest, { spec, text, family, machineId }: DiskTask): Unplaced {
  const kind = kindOf(partition, family);
  const mount = present({ mountPoint: partition.mountPoint });
  const label = mount.mountPoint;
  const labelFits = label !== undefined && Buffer.byteLength(label) <= kind.labelMaxBytes;
  return {
    number: family.numberOf(partition.letter),
    letter: partition.letter,
    name: `${spec.name}-${partition.letter}`,
    type: family.gptTypeOf({ ...mount, kind }),
    uuid: deriveUuid(machineId, `partition/${spec.name}/${partition.letter}`),
    verdict: 'CREATE',
    why: `${spec.name}: ${text.slice(partition.column - 1, text.indexOf(')', partition.column) + 1)}`,
    content: {
      filesystem: kind.name,
      uuid: deriveUuid(machineId, `filesystem/${spec.name}/${partition.letter}`),
      ...(labelFits ? { label } : {}),
      ...mount,
      options: mountOptions(partition, kind),
    },
  };
}

function mountOptions(partition: PartitionRequest, kind: FilesystemKind): string[] {
  const nameOf = (option: string) => option.split('=')[0];
  const asked = new Set(partition.options.map(nameOf));
  const added = partition.mountPoint === '/' ? kind.addedOptions.root : kind.addedOptions.other;
  const options = [...partition.options, ...added.filter((option) => !asked.has(nameOf(option)))];
  return options.length === 0 ? ['defaults'] : options;
}

function kindOf(partition: PartitionRequest, family: OsFamily): FilesystemKind {
  const kind = family.filesystems.get(partition.filesystem);
  if (kind === undefined) throw new Error(`${partition.filesystem}: passed by checkSpecSupport, yet unknown`);
  return kind;
}

function tooSmall({ spec, bound }: DiskTask, neededUnits: number, freeUnits: number): string {
  const needed = formatBytes(neededUnits * ALIGNMENT_BYTES);
  const free = formatBytes(Math.max(0, freeUnits) * ALIGNMENT_BYTES);
  return `${spec.name} is too small: disk ${describeDisk(bound.disk)} has ${free} for partitions, and ${needed} are asked for`;
}

/** The same object without the keys that are undefined. */
function present<T extends Record<string, string | undefined>>(values: T): { [K in keyof T]?: string } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: string;
  };
}
