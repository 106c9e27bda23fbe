// The EFI system partitions of a machine's layout. In: a layout. Out: one for each disk that UEFI firmware may start
// from. Pure. Never: one that somebody keeps for another system, unless it is mounted where ours belongs.
import { EFI_MOUNT_POINT, isEfiSystem } from '../../../partition-specs/efi-system.ts';
import type { Layout, LayoutDisk, LayoutPartition } from '../../../partition-specs/layout.ts';

export type Esp = {
  /** Logical name of its disk. */
  readonly disk: string;
  /** Paths while the machine is installed; they may differ at another start. */
  readonly diskPath: string;
  readonly device: string;
  readonly number: number;
  readonly partUuid: string;
  readonly sizeBytes: number;
  /** It was there before the installation: other systems may have files on it. */
  readonly isKept: boolean;
};

/** In the order of the disks. */
export function espsOf({ disks }: Pick<Layout, 'disks'>): Esp[] {
  return disks.flatMap((disk) => disk.partitions.filter(isOurs).flatMap((partition) => describe(disk, partition)));
}

function isOurs(partition: LayoutPartition): boolean {
  if (partition.content?.mountPoint === EFI_MOUNT_POINT) return true;
  return partition.role === 'firmware' && isEfiSystem(partition);
}

function describe({ name, hardware }: LayoutDisk, partition: LayoutPartition): Esp[] {
  const { device, number, uuid, sizeSectors, verdict } = partition;
  if (uuid === undefined) return [];
  const sizeBytes = sizeSectors * hardware.logicalSectorBytes;
  const isKept = verdict === 'KEEP';
  return [{ disk: name, diskPath: hardware.path, device, number, partUuid: uuid, sizeBytes, isKept }];
}
