// The number of each partition of a disk, and the extended partition that a DOS table needs for logical ones. The one
// place where a letter becomes a number.
import type { DiskTask } from './disk-task.ts';
import type { OsFamily } from './os-families/os-family.ts';
import type { NumberedPartition, PlacedPartition } from './plan-partition.ts';
import type { DiskSpec } from './spec-types.ts';
import { isLogicalLetter } from './tables/dos.ts';
import type { TableKind } from './tables/table-kind.ts';

/** The extended partition takes the last of the four entries, so that a, b and c keep 1, 2 and 3. */
const EXTENDED_NUMBER = 4;
const FIRST_LOGICAL = 5;

/** By letter; on DOS tables logical partitions are 5… in the order in which they lie on the disk. */
export function numberPartitions(
  placed: readonly PlacedPartition[],
  task: DiskTask,
): NumberedPartition[] | { problem: string } {
  const { family, table, bound } = task;
  const inOrder = placed.toSorted((left, right) => left.startSector - right.startSector);
  const numbers = assignNumbers(
    inOrder.map(({ request, added, logical }) => ({ letter: request?.letter, number: added?.number, logical })),
    family,
    table,
  );
  if ('primaries' in numbers) {
    const { primaries, room } = numbers;
    return {
      problem: `${task.spec.name} would have ${primaries} primary partitions; its DOS table has room for ${room}`,
    };
  }
  const unitSectors = table.unitBytesOf(bound.disk) / bound.disk.logicalSectorBytes;
  return [
    ...inOrder.map((each, index) => ({ ...each, number: numbers.of[index] ?? 0 })),
    ...extendedAround(
      inOrder.filter(({ logical }) => logical),
      unitSectors,
    ),
  ];
}

/**
 * The number that each letter of the text stands for, before a disk is known: logical ones of a DOS table in the order of
 * the text, in which they lie on the disk unless partitions are kept. Empty where the table has no room for all.
 */
export function numbersByLetter(disk: DiskSpec, family: OsFamily, table: TableKind): ReadonlyMap<string, number> {
  const letters = disk.partitions.map(({ letter }) => letter);
  const parts = letters.map((letter) => ({ letter, logical: table.logicalPartitions && isLogicalLetter(letter) }));
  const numbers = assignNumbers(parts, family, table);
  return new Map('of' in numbers ? letters.map((letter, index) => [letter, numbers.of[index] ?? 0]) : []);
}

type Part = {
  readonly letter?: string | undefined;
  /** Of a partition that was added. */
  readonly number?: number | undefined;
  readonly logical: boolean;
};

/** One number for each part; logical ones count up in the order of `parts`. */
function assignNumbers(
  parts: readonly Part[],
  family: OsFamily,
  table: TableKind,
): { of: number[] } | { primaries: number; room: number } {
  const own = parts.map(({ letter, number }) => number ?? family.numberOf(letter ?? 'z'));
  if (!table.logicalPartitions) return { of: own };
  const primaries = parts.filter(({ logical }) => !logical).length;
  const room = primaries < parts.length ? EXTENDED_NUMBER - 1 : EXTENDED_NUMBER;
  if (primaries > room) return { primaries, room };
  const isOwn = (index: number) => parts[index]?.logical === false && (own[index] ?? 0) <= room;
  const taken = new Set(own.filter((_, index) => isOwn(index)));
  const free = [1, 2, 3, 4].filter((number) => number <= room && !taken.has(number));
  let logical = FIRST_LOGICAL;
  return {
    of: parts.map((part, index) => {
      if (part.logical) return logical++;
      // A letter's own number where it is one of a primary partition, else the first that is free.
      return isOwn(index) ? (own[index] ?? 0) : (free.shift() ?? room);
    }),
  };
}

/** From one unit in front of the first logical partition, for its record, to the end of the last. */
function extendedAround(logical: readonly PlacedPartition[], unitSectors: number): NumberedPartition[] {
  const [first] = logical;
  const last = logical.at(-1);
  if (first === undefined || last === undefined) return [];
  const startSector = first.startSector - unitSectors;
  const sizeSectors = last.startSector + last.sizeSectors - startSector;
  return [{ number: EXTENDED_NUMBER, logical: false, startSector, sizeSectors }];
}
