import { contentsOf } from './spec-types.ts';
import type { ContentRequest, PartitionSpec } from './spec-types.ts';

/**
 * Logical names of the disks that the firmware may start from: that of /boot, or else of /. Where it lies on an array
 * or in a volume group, every disk below: a mirror must start from each of its disks.
 */
export function bootDiskNames(spec: PartitionSpec): string[] {
  const contents = contentsOf(spec);
  const boot =
    contents.find(({ mountPoint }) => mountPoint === '/boot') ?? contents.find(({ mountPoint }) => mountPoint === '/');
  if (boot === undefined) throw new Error('a spec without a root passed checkSpecSupport');
  return disksBelow(boot, spec);
}

function disksBelow(content: ContentRequest, spec: PartitionSpec): string[] {
  const disk = spec.disks.find(({ partitions }) => partitions.some((partition) => partition === content));
  if (disk !== undefined) return [disk.name];
  const owner =
    spec.arrays.find((array) => array.content === content) ??
    spec.groups.find((group) => group.volumes.some((volume) => volume === content));
  const parts = contentsOf(spec).filter(({ partOf }) => partOf === owner?.name);
  return [...new Set(parts.flatMap((part) => disksBelow(part, spec)))];
}
