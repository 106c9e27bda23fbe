import type { Layout } from '../../partition-specs/layout.ts';
import { UserError } from '../../lib/errors.ts';

/** Byte ranges of the boot disk that belong to the boot loader alone. */
export type BootAreas = {
  readonly disk: string;
  readonly areas: { readonly name: string; readonly startBytes: number; readonly sizeBytes: number }[];
};

const BIOS_BOOT_TYPE = '21686148-6449-6e6f-744e-656564454649';
/** Bytes of the first sector that hold boot code; the partition table follows them. @see GNU GRUB manual 2.06 §4.4 */
const BOOT_CODE_BYTES = 440;

/** Where GRUB lies on a PC with a BIOS: boot code in the first sector, core image in the BIOS boot partition. */
export function planBootAreas(layout: Layout): BootAreas {
  const disk = layout.disks.find((candidate) => candidate.name === layout.bootDisk);
  const core = disk?.partitions.find((partition) => partition.type.toLowerCase() === BIOS_BOOT_TYPE);
  if (disk === undefined || core === undefined) {
    throw new UserError(`disk ${layout.bootDisk} has no BIOS boot partition; GRUB cannot be kept on it`);
  }
  const sectorBytes = disk.hardware.logicalSectorBytes;
  return {
    disk: disk.hardware.path,
    areas: [
      { name: 'boot-code', startBytes: 0, sizeBytes: BOOT_CODE_BYTES },
      { name: 'core-image', startBytes: core.startSector * sectorBytes, sizeBytes: core.sizeSectors * sectorBytes },
    ],
  };
}
