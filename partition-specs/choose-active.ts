// Which entry of a DOS table is the active one. In: the partitions of a disk that boots. Out: a number. Pure.
import type { NumberedPartition } from './plan-partition.ts';
import type { PartitionRequest } from './spec-types.ts';

/**
 * The partition that the system starts from. Where that one is logical, the first primary one: GRUB in the boot record
 * does not look at the mark, but some BIOSes do not start a disk without one, and others want it among the four entries.
 * The extended partition only where there is nothing else: a BIOS may take it for none.
 */
export function chooseActive(
  partitions: readonly NumberedPartition[],
  startsFrom: ReadonlySet<PartitionRequest>,
): number | undefined {
  const entries = partitions.filter(({ logical }) => !logical).toSorted((left, right) => left.number - right.number);
  const own = entries.find(({ request }) => request !== undefined && startsFrom.has(request));
  const primary = entries.find(({ request, added }) => (request ?? added) !== undefined);
  return (own ?? primary ?? entries[0])?.number;
}
