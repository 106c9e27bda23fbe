// Arrays and volume groups of a layout. In: the spec and its planned disks. Out: sizes, devices and UUIDs settled.
import { formatBytes, MiB } from '../lib/bytes.ts';
import { deriveUuid } from './derive-uuid.ts';
import { sizeProblem } from './filesystem-limits.ts';
import type { FilesystemKind } from './filesystems/filesystem-kind.ts';
import type { Holds, LayoutArray, LayoutDisk, LayoutGroup } from './layout.ts';
import type { OsFamily } from './os-families/os-family.ts';
import { planContent } from './plan-content.ts';
import type { Problem } from './disk-task.ts';
import { planExtents } from './plan-extents.ts';
import { planPart } from './plan-part.ts';
import { mixedGroups, unlikeMirrors } from './unlike-parts.ts';
import { rangeInUnits } from './range-in-units.ts';
import { STACK_WORDS } from './spec-types.ts';
import type { ArraySpec, ContentRequest, GroupSpec, PartitionSpec } from './spec-types.ts';

/** Where the data of an array begins on its members; superblock and write-intent bitmap lie before it. */
export const ARRAY_DATA_OFFSET_BYTES = 2 * MiB;
/** What members may differ by, left unused at their ends: a disk that replaces a broken one is never quite as large. */
const ARRAY_SLACK_BYTES = 2 * MiB;
/** Where the data of a physical volume begins. */
const GROUP_DATA_OFFSET_BYTES = MiB;
/** Volumes are whole extents. */
export const EXTENT_BYTES = 4 * MiB;

type StackTask = {
  readonly spec: PartitionSpec;
  readonly disks: readonly LayoutDisk[];
  readonly family: OsFamily;
  readonly machineId: string;
  /** Numbers of arrays that run and stay. */
  readonly takenArrays: ReadonlySet<number>;
};

export type Stacks = {
  readonly arrays: readonly LayoutArray[];
  readonly groups: readonly LayoutGroup[];
  readonly problems: readonly Problem[];
  /** What people should know of parts that are not alike. */
  readonly notes: readonly string[];
};

export function planStacks(task: StackTask): Stacks {
  const problems: Problem[] = [];
  const numbers = freeNumbers(task.spec.arrays.length, task.takenArrays);
  const arrays = task.spec.arrays.flatMap((array, index) => planArray(array, numbers[index] ?? 0, task, problems));
  const groups = task.spec.groups.flatMap((group) => planGroup(group, arrays, task, problems));
  const layout = { disks: task.disks, arrays, groups };
  problems.push(...mixedGroups(task.spec, layout));
  return { arrays, groups, problems, notes: unlikeMirrors(layout) };
}

function freeNumbers(count: number, taken: ReadonlySet<number>): number[] {
  return Array.from({ length: count + taken.size }, (_, number) => number).filter((number) => !taken.has(number));
}

function planArray(array: ArraySpec, number: number, task: StackTask, problems: Problem[]): LayoutArray[] {
  const members = partsOf(array.name, task.disks);
  if (members.length === 0) return [];
  const smallest = Math.min(...members.map(({ sizeBytes }) => sizeBytes));
  const sizeBytes = roundDown(smallest - ARRAY_DATA_OFFSET_BYTES - ARRAY_SLACK_BYTES, MiB);
  problems.push(...wrongSize(array.content, sizeBytes, `array ${array.name}`, task));
  if (sizeBytes <= 0) return [];
  return [
    {
      name: array.name,
      level: 'raid1',
      uuid: deriveUuid(task.machineId, `array/${array.name}`),
      members: members.map(({ disk, number }) => ({ disk, number })),
      sizeBytes,
      device: `/dev/md${number}`,
      why: `${array.name}: ${wordsOf(array.content, task)}`,
      ...holds(array.content, array.name, task),
    },
  ];
}

function planGroup(
  group: GroupSpec,
  arrays: readonly LayoutArray[],
  task: StackTask,
  problems: Problem[],
): LayoutGroup[] {
  const parts = [...partsOf(group.name, task.disks), ...arrays.filter((array) => array.partOf?.of === group.name)];
  const capacity = parts.reduce((total, { sizeBytes }) => {
    return total + Math.max(0, Math.floor((sizeBytes - GROUP_DATA_OFFSET_BYTES) / EXTENT_BYTES));
  }, 0);
  if (parts.length === 0) return [];
  const requests = group.volumes.map((volume) => ({
    size: rangeInUnits(volume, EXTENT_BYTES),
    restMinBytes: task.family.filesystems.get(volume.filesystem)?.minBytes ?? EXTENT_BYTES,
  }));
  const extents = planExtents(requests, capacity, EXTENT_BYTES);
  if ('needed' in extents) {
    const needed = formatBytes(extents.needed * EXTENT_BYTES);
    const message = `volume group ${group.name} is too small: it has ${formatBytes(capacity * EXTENT_BYTES)}, and ${needed} are asked for`;
    problems.push({ column: group.column, message });
    return [];
  }
  const volumes = group.volumes.map((volume, index) => {
    const count = extents.sizes[index] ?? 0;
    const sizeBytes = count * EXTENT_BYTES;
    problems.push(...wrongSize(volume, sizeBytes, `volume ${volume.name} of ${group.name}`, task));
    return {
      name: volume.name,
      extents: Math.max(1, count),
      sizeBytes,
      device: `/dev/mapper/${group.name}-${volume.name}`,
      why: `${group.name}: ${wordsOf(volume, task)}`,
      ...holds(volume, `${group.name}/${volume.name}`, task),
    };
  });
  return [
    {
      name: group.name,
      extentBytes: EXTENT_BYTES,
      parts: parts.map(({ device }) => device),
      volumes,
      why: `${group.name}: ${group.volumes.length} ${group.volumes.length === 1 ? 'volume' : 'volumes'}`,
    },
  ];
}

function partsOf(name: string, disks: readonly LayoutDisk[]) {
  return disks.flatMap((disk) =>
    disk.partitions
      .filter((partition) => partition.partOf?.of === name)
      .map(({ number, device, sizeSectors }) => ({
        disk: disk.name,
        number,
        device,
        sizeBytes: sizeSectors * disk.hardware.logicalSectorBytes,
      })),
  );
}

function holds(request: ContentRequest, place: string, task: StackTask): Pick<Holds, 'content' | 'partOf'> {
  const { machineId } = task;
  if (STACK_WORDS.has(request.filesystem)) return { partOf: planPart(request, { machineId, place }).part };
  return { content: planContent(request, kindOf(request, task), { machineId, place }) };
}

function kindOf({ filesystem }: ContentRequest, { family }: StackTask): FilesystemKind {
  const kind = family.filesystems.get(filesystem);
  if (kind === undefined) throw new Error(`${filesystem}: passed by checkSpecSupport, yet unknown`);
  return kind;
}

function wrongSize(request: ContentRequest, sizeBytes: number, what: string, { family }: StackTask): Problem[] {
  const limits = family.filesystems.get(request.filesystem) ?? { minBytes: EXTENT_BYTES };
  const message = sizeProblem(sizeBytes, limits, `${request.filesystem} in ${what}`);
  return message === undefined ? [] : [{ column: request.column, message }];
}

function wordsOf({ column }: ContentRequest, { spec }: StackTask): string {
  return spec.text.slice(column - 1, spec.text.indexOf(')', column) + 1);
}

function roundDown(bytes: number, unit: number): number {
  return Math.floor(bytes / unit) * unit;
}
