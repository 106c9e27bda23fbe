// Which data partitions an arming may make. In: a record, and the words of --init-data. Out: faults and notes. Pure.
import { FaultsError } from '../lib/errors.ts';
import type { Fault } from '../lib/errors.ts';
import { parsePartitionSpec } from '../partition-specs/spec.ts';

type Partition = { readonly disk: string; readonly letter: string; readonly data: boolean };
type Values = Readonly<Record<string, string>>;

/**
 * One fault for each word that does not name exactly one data partition of the record's PARTITION. `h` is the partition
 * with that letter, `disk1h` that of one disk. A PARTITION that is not sound has none: whoever checks it says why.
 */
export function initDataFaults(record: Values, initData: readonly string[]): Fault[] {
  const partitions = partitionsOf(record);
  if (partitions === undefined) return [];
  return initData.flatMap((word) => {
    const problem = problemOf(word, partitions);
    return problem === undefined ? [] : [{ severity: 'error', where: `--init-data ${word}`, ...problem }];
  });
}

/** What to know of data partitions that the arming does not allow to be made. */
export function dataNotes(record: Values, initData: readonly string[]): string[] {
  const partitions = partitionsOf(record) ?? [];
  const allowed = new Set(initData.flatMap((word) => named(word, partitions)));
  const names = partitions.filter((partition) => partition.data && !allowed.has(partition)).map(nameOf);
  if (names.length === 0) return [];
  const [what, must] = names.length === 1 ? ['data partition', 'it is'] : ['data partitions', 'they are'];
  return [
    `${what} ${names.join(', ')} must be on the disks already; where ${must} not, the installation stops before its first write`,
  ];
}

function problemOf(word: string, partitions: readonly Partition[]): Pick<Fault, 'message' | 'suggestion'> | undefined {
  const found = named(word, partitions);
  const data = found.filter((partition) => partition.data);
  if (data.length === 1) return undefined;
  const all = partitions.filter((partition) => partition.data).map(nameOf);
  const suggestion = all.length === 0 ? 'PARTITION has no data partition' : `data partitions are ${all.join(', ')}`;
  if (data.length > 1) {
    return {
      message: `'${word}' is a data partition on several disks`,
      suggestion: `write ${data.map(nameOf).join(' or ')}`,
    };
  }
  if (found.length === 0) return { message: `PARTITION has no partition '${word}'`, suggestion };
  return { message: `'${word}' is not marked data in PARTITION, so every installation makes it anew`, suggestion };
}

function named(word: string, partitions: readonly Partition[]): Partition[] {
  return partitions.filter((partition) => word === partition.letter || word === nameOf(partition));
}

function nameOf({ disk, letter }: Partition): string {
  return disk + letter;
}

/** Undefined when PARTITION is not sound. */
function partitionsOf(record: Values): Partition[] | undefined {
  const spec = record['PARTITION'];
  if (spec === undefined) return [];
  try {
    const { disks } = parsePartitionSpec(spec);
    return disks.flatMap(({ name, partitions }) =>
      partitions.map(({ letter, data }) => ({ disk: name, letter, data })),
    );
  } catch (error) {
    if (error instanceof FaultsError) return undefined;
    throw error;
  }
}
