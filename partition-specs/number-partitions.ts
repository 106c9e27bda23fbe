// The number of each partition of a disk, and the extended partition that a DOS table needs for logical ones.
import type { DiskTask } from './disk-task.ts';
import type { NumberedPartition, PlacedPartition } from './plan-partition.ts';

const EXTENDED_NUMBER = 4;
const FIRST_LOGICAL = 5;

/** By letter; on DOS tables logical partitions are 5… in the order in which they lie on the disk. */
export function numberPartitions(
  placed: readonly PlacedPartition[],
  task: DiskTask,
): NumberedPartition[] | { problem: string } {
  const { family, table, bound } = task;
  if (!table.logicalPartitions) {
    return placed.map((each) => ({
      ...each,
      number: each.added?.number ?? family.numberOf(each.request?.letter ?? ''),
    }));
  }
  const logical = placed.filter((each) => each.logical).toSorted((left, right) => left.startSector - right.startSector);
  const primary = placed.filter((each) => !each.logical);
  const room = logical.length > 0 ? EXTENDED_NUMBER - 1 : EXTENDED_NUMBER;
  if (primary.length > room) {
    return {
      problem: `${task.spec.name} would have ${primary.length} primary partitions; its DOS table has room for ${room}`,
    };
  }
  const extended = extendedAround(logical, table.unitBytesOf(bound.disk) / bound.disk.logicalSectorBytes);
  return [
    ...numberPrimaries(primary, family.numberOf, room),
    ...extended,
    ...logical.map((each, index) => ({ ...each, number: FIRST_LOGICAL + index })),
  ];
}

/** A letter's own number where it is one of a primary partition, else the first that is free. */
function numberPrimaries(
  primary: readonly PlacedPartition[],
  numberOf: (letter: string) => number,
  room: number,
): NumberedPartition[] {
  const wanted = primary.map((each) => numberOf(each.request?.letter ?? 'z'));
  const taken = new Set(wanted.filter((number) => number <= room));
  return primary.map((each, index) => {
    const own = wanted[index] ?? 0;
    if (own <= room) return { ...each, number: own };
    const free = [1, 2, 3, 4].find((number) => number <= room && !taken.has(number)) ?? room;
    taken.add(free);
    return { ...each, number: free };
  });
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
