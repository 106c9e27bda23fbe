import { contentsOf } from './spec-types.ts';
import type { ContentRequest, PartitionRequest, PartitionSpec } from './spec-types.ts';

/** A partition that what the firmware starts lies on, or on an array or volume group above it. */
type BootPlace = { readonly disk: string; readonly partition: PartitionRequest };

/** The partitions below /boot, or else below /: one, or a half of a mirror on each of its disks. */
export function bootPlaces(spec: PartitionSpec): BootPlace[] {
  const contents = contentsOf(spec);
  const boot =
    contents.find(({ mountPoint }) => mountPoint === '/boot') ?? contents.find(({ mountPoint }) => mountPoint === '/');
  if (boot === undefined) throw new Error('a spec without a root passed checkSpecSupport');
  return placesBelow(boot, spec);
}

/**
 * Logical names of the disks that the firmware may start from: that of /boot, or else of /. Where it lies on an array
 * or in a volume group, every disk below: a mirror must start from each of its disks.
 */
export function bootDiskNames(spec: PartitionSpec): string[] {
  return [...new Set(bootPlaces(spec).map(({ disk }) => disk))];
}

function placesBelow(content: ContentRequest, spec: PartitionSpec): BootPlace[] {
  for (const { name, partitions } of spec.disks) {
    const partition = partitions.find((each) => each === content);
    if (partition !== undefined) return [{ disk: name, partition }];
  }
  const owner =
    spec.arrays.find((array) => array.content === content) ??
    spec.groups.find((group) => group.volumes.some((volume) => volume === content));
  return contentsOf(spec)
    .filter(({ partOf }) => partOf === owner?.name)
    .flatMap((part) => placesBelow(part, spec));
}
