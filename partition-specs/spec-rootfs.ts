// Which partition is the root: the one mounted on /, or the one that ROOTFS names.
import type { OsFamily } from './os-families/os-family.ts';
import { contentsOf } from './spec-types.ts';
import type { PartitionSpec } from './spec-types.ts';

/**
 * Gives the mount point / to the partition that ROOTFS names (`hda2`, also `hdab`), unless the spec mounts / itself.
 * `note` says so when ROOTFS was passed over; `problem` says why there is no root.
 */
export function withRoot(
  spec: PartitionSpec,
  rootfs: string | undefined,
  family: OsFamily,
): { spec: PartitionSpec; note?: string; problem?: string } {
  const named = rootfs === undefined ? undefined : findPartition(spec, rootfs, family);
  const root = contentsOf(spec).find((content) => content.mountPoint === '/');
  if (root !== undefined) {
    if (rootfs === undefined || named?.partition === root) return { spec };
    return { spec, note: `ROOTFS=${rootfs} is not used: PARTITION mounts / itself` };
  }
  if (rootfs === undefined) return { spec, problem: 'nothing is mounted on /, and ROOTFS names no partition' };
  if (named === undefined) return { spec, problem: `ROOTFS=${rootfs} names no partition of this PARTITION` };
  if (named.partition.partOf !== undefined) {
    return { spec, problem: `ROOTFS=${rootfs} names a part of ${named.partition.partOf}; mount / there` };
  }
  if (named.partition.mountPoint !== undefined) {
    return { spec, problem: `ROOTFS=${rootfs} names the partition of ${named.partition.mountPoint}` };
  }
  return { spec: { ...spec, disks: spec.disks.map((disk) => (disk === named.disk ? mountRoot(named) : disk)) } };
}

type Named = NonNullable<ReturnType<typeof findPartition>>;

function findPartition(spec: PartitionSpec, rootfs: string, family: OsFamily) {
  for (const disk of spec.disks) {
    for (const partition of disk.partitions) {
      const names = [partition.letter, String(family.numberOf(partition.letter))].map((end) => disk.name + end);
      if (names.includes(rootfs)) return { disk, partition };
    }
  }
  return undefined;
}

function mountRoot({ disk, partition: root }: Named) {
  const partitions = disk.partitions.map((partition) =>
    partition === root ? { ...partition, mountPoint: '/' } : partition,
  );
  return { ...disk, partitions };
}
