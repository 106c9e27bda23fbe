// Which partition is the root: the one mounted on /, or the one that ROOTFS names.
import { numbersByLetter } from './number-partitions.ts';
import type { OsFamily } from './os-families/os-family.ts';
import { contentsOf } from './spec-types.ts';
import type { DiskSpec, PartitionRequest, PartitionSpec } from './spec-types.ts';
import { tableKinds } from './tables/all.ts';

/** Disk → the kind of table that it has and keeps, where that is known. */
export type FoundTables = ReadonlyMap<string, string>;

export type RootProblem = { readonly where: 'PARTITION' | 'ROOTFS'; readonly message: string };

/**
 * Gives the mount point / to the partition that ROOTFS names (`hda2`, also `hdab`, or as its system calls the device),
 * unless the spec mounts / itself. `note` says so when ROOTFS was passed over; `problem` says why there is no root.
 */
export function withRoot(
  spec: PartitionSpec,
  rootfs: string | undefined,
  family: OsFamily,
  found: FoundTables = new Map(),
): { spec: PartitionSpec; note?: string; problem?: RootProblem } {
  const named = rootfs === undefined ? [] : findPartitions(spec, rootfs, family, found);
  const [first, second] = named;
  const root = contentsOf(spec).find((content) => content.mountPoint === '/');
  if (root !== undefined) {
    if (rootfs === undefined || first?.partition === root) return { spec };
    return { spec, note: `ROOTFS=${rootfs} is not used: PARTITION mounts / itself` };
  }
  if (rootfs === undefined) {
    return { spec, problem: { where: 'PARTITION', message: 'nothing is mounted on /, and ROOTFS names no partition' } };
  }
  const refuse = (what: string) => ({
    spec,
    problem: { where: 'ROOTFS', message: `ROOTFS=${rootfs} ${what}` } as const,
  });
  if (first === undefined) return refuse(`names no partition of this PARTITION${namesOf(spec, family, found)}`);
  if (second !== undefined) return refuse(`could be ${describe(first)} and ${describe(second)}`);
  const { partOf, mountPoint } = first.partition;
  if (partOf !== undefined) return refuse(`names a part of ${partOf}; mount / there`);
  if (mountPoint !== undefined) return refuse(`names the partition of ${mountPoint}`);
  return { spec: { ...spec, disks: spec.disks.map((disk) => (disk === first.disk ? mountRoot(first) : disk)) } };
}

type Named = { readonly disk: DiskSpec; readonly partition: PartitionRequest; readonly names: readonly string[] };

function findPartitions(spec: PartitionSpec, rootfs: string, family: OsFamily, found: FoundTables): Named[] {
  const name = rootfs.replace(/^\/dev\/(r?dsk\/)?/, '');
  return allNames(spec, family, found).filter(({ names }) => names.includes(name));
}

/** Number and letter behind the disk's name, and the name of the device that the system itself has. */
function allNames(spec: PartitionSpec, family: OsFamily, found: FoundTables): Named[] {
  return spec.disks.flatMap((disk) => {
    const name = found.get(disk.name) ?? disk.table;
    const table = tableKinds.get(family.tables.find((each) => each === name) ?? family.tables[0]);
    const numbers = table === undefined ? new Map<string, number>() : numbersByLetter(disk, family, table);
    return disk.partitions.map((partition) => {
      const number = numbers.get(partition.letter);
      if (number === undefined) return { disk, partition, names: [disk.name + partition.letter] };
      const device = family.deviceOf({ path: `/dev/${disk.name}`, diskName: disk.name }, number);
      const names = [disk.name + String(number), disk.name + partition.letter, device.replace(/^.*\//, '')];
      return { disk, partition, names };
    });
  });
}

/** What ROOTFS could say instead. */
function namesOf(spec: PartitionSpec, family: OsFamily, found: FoundTables): string {
  return `; it has ${allNames(spec, family, found)
    .map((each) => `${each.names[0]} (${describe(each)})`)
    .join(', ')}`;
}

function describe({ disk, partition }: Named): string {
  return `${disk.name} ${partition.letter}`;
}

function mountRoot({ disk, partition: root }: Named) {
  const partitions = disk.partitions.map((partition) =>
    partition === root ? { ...partition, mountPoint: '/' } : partition,
  );
  return { ...disk, partitions };
}
