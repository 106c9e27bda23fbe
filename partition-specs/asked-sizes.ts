// Sizes that no disk can make right. In: a spec and its OS family. Out: problems at columns. Pure.
// Never: whether a disk has the room, and what a range, a share or the rest comes to; the planner knows.
import type { Problem } from './disk-task.ts';
import { EFI_MOUNT_POINT } from './efi-system.ts';
import { sizeProblem } from './filesystem-limits.ts';
import type { OsFamily } from './os-families/os-family.ts';
import { fat32MinBytes } from './plan-fat.ts';
import { EXTENT_BYTES } from './plan-stacks.ts';
import { rangeProblem } from './range-in-units.ts';
import type { PartitionRequest, PartitionSpec, VolumeRequest } from './spec-types.ts';
import { tableKinds } from './tables/all.ts';

type Sized = PartitionRequest | VolumeRequest;

/** The smallest sectors that a disk has; with larger ones, FAT32 needs more. */
const SECTOR_BYTES = 512;

/**
 * Ranges without a whole unit in them, and sizes that a file system's own maker refuses. What counts cylinders waits
 * for the disk's geometry, and a table whose unit is a cylinder for the disk.
 */
export function askedSizeProblems({ disks, groups }: PartitionSpec, family: OsFamily): Problem[] {
  const ofDisks = disks.flatMap(({ table, partitions }) => {
    const kind = tableKinds.get(family.tables.find((each) => each === table) ?? family.tables[0]);
    const { fixedUnitBytes } = kind ?? {};
    return fixedUnitBytes === undefined ? [] : partitions.map((each) => [each, fixedUnitBytes] as const);
  });
  const ofGroups = groups.flatMap(({ volumes }) => volumes.map((each) => [each, EXTENT_BYTES] as const));
  return [...ofDisks, ...ofGroups]
    .filter(([request]) => !countsCylinders(request))
    .flatMap(([request, unitBytes]) => {
      const message = rangeProblem(request, unitBytes) ?? limitProblem(request, unitBytes, family);
      return message === undefined ? [] : [{ column: request.column, message }];
    });
}

function countsCylinders({ size, rangeCylinders }: Sized): boolean {
  return rangeCylinders !== undefined || (size.kind === 'exact' && size.cylinders !== undefined);
}

/** Of what is made: a data partition has the size that it has. */
function limitProblem(request: Sized, unitBytes: number, family: OsFamily): string | undefined {
  const { filesystem, mountPoint, data } = request;
  const kind = family.filesystems.get(filesystem);
  const ends = endsOf(request, unitBytes);
  if (kind === undefined || ends === undefined || data) return undefined;
  const isForFirmware = mountPoint === EFI_MOUNT_POINT;
  const firmwareBytes = isForFirmware ? fat32MinBytes(SECTOR_BYTES) : 0;
  const minBytes = Math.max(kind.minBytes, firmwareBytes);
  const { limitBytes = Infinity } = kind;
  if (ends.mostBytes < minBytes) {
    return `${sizeProblem(ends.mostBytes, { minBytes }, filesystem)}${isForFirmware ? ', as firmware reads FAT32' : ''}`;
  }
  return ends.leastBytes < limitBytes ? undefined : sizeProblem(ends.leastBytes, { minBytes, limitBytes }, filesystem);
}

function endsOf({ size }: Sized, unitBytes: number): { leastBytes: number; mostBytes: number } | undefined {
  const wholeUnits = (bytes: number) => Math.ceil(bytes / unitBytes) * unitBytes;
  if (size.kind === 'range') return { leastBytes: wholeUnits(size.minBytes), mostBytes: size.maxBytes };
  if (size.kind !== 'exact') return undefined;
  return { leastBytes: wholeUnits(size.sizeBytes), mostBytes: wholeUnits(size.sizeBytes) };
}
