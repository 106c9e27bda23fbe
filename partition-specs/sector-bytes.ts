import type { LayoutArray, LayoutDisk, LayoutGroup } from './layout.ts';

export type Planned = {
  readonly disks: readonly LayoutDisk[];
  readonly arrays: readonly LayoutArray[];
  readonly groups: readonly LayoutGroup[];
};

/**
 * Logical sectors of a partition, an array or a volume, in bytes: the largest of what it lies on, as the kernel makes
 * them; 512 for a device that the layout does not have.
 */
export function sectorBytesOf(device: string, layout: Planned): number {
  const { disks, arrays, groups } = layout;
  const disk = disks.find(({ partitions }) => partitions.some((partition) => partition.device === device));
  if (disk !== undefined) return disk.hardware.logicalSectorBytes;
  const array = arrays.find((each) => each.device === device);
  if (array !== undefined) {
    const members = disks.filter(({ name }) => array.members.some((member) => member.disk === name));
    return Math.max(512, ...members.map(({ hardware }) => hardware.logicalSectorBytes));
  }
  const group = groups.find(({ volumes }) => volumes.some((volume) => volume.device === device));
  return Math.max(512, ...(group?.parts ?? []).map((part) => sectorBytesOf(part, layout)));
}
