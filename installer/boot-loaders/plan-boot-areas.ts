import { z } from 'zod';
import type { Layout, LayoutDisk, LayoutPartition } from '../../partition-specs/layout.ts';
import { UserError } from '../../lib/errors.ts';
import { parseJsonEdge } from '../../lib/parse-edge.ts';
import type { Argv } from '../../lib/run-command.ts';

/** Byte ranges of the boot disk that belong to the boot loader alone. */
export type BootAreas = {
  readonly disk: string;
  readonly areas: { readonly name: string; readonly startBytes: number; readonly sizeBytes: number }[];
};

const BIOS_BOOT_TYPE = '21686148-6449-6e6f-744e-656564454649';
/** Bytes of the first sector that hold boot code; the partition table follows them. @see GNU GRUB manual 2.06 §4.4 */
const BOOT_CODE_BYTES = 440;

/**
 * The same areas on the disk as the kernel names it now: names of disks change, the core image's partition UUID does not.
 * @param lsblk answer of `bootDiskArgv`
 * @throws UserError unless exactly one disk carries that partition
 */
export function locateBootAreas(areas: BootAreas, layout: Layout, lsblk: string): BootAreas {
  const { blockdevices } = parseJsonEdge(lsblkSchema, lsblk, bootDiskArgv.join(' '));
  const { core } = bootDiskOf(layout);
  const found = blockdevices.filter(({ partuuid, pkname }) => partuuid?.toLowerCase() === core.uuid && pkname !== null);
  const [only] = found;
  if (only !== undefined && found.length === 1) return { ...areas, disk: `/dev/${only.pkname}` };
  throw new UserError(
    `the boot loader was not looked at: ${found.length} disks carry its partition ${core.uuid}, expected one`,
    { hint: 'lsblk -o NAME,SERIAL,PARTUUID' },
  );
}

/** Lists partitions with their UUID and their disk. @see lsblk(8) */
export const bootDiskArgv: Argv = ['lsblk', '--json', '--list', '--output', 'PKNAME,PARTUUID'];

const lsblkSchema = z.object({
  blockdevices: z.array(z.looseObject({ pkname: z.string().nullable(), partuuid: z.string().nullable() })),
});

/** Where GRUB lies on a PC with a BIOS: boot code in the first sector, core image in the BIOS boot partition. */
export function planBootAreas(layout: Layout): BootAreas {
  const { disk, core } = bootDiskOf(layout);
  const sectorBytes = disk.hardware.logicalSectorBytes;
  return {
    disk: disk.hardware.path,
    areas: [
      { name: 'boot-code', startBytes: 0, sizeBytes: BOOT_CODE_BYTES },
      { name: 'core-image', startBytes: core.startSector * sectorBytes, sizeBytes: core.sizeSectors * sectorBytes },
    ],
  };
}

function bootDiskOf(layout: Layout): { disk: LayoutDisk; core: LayoutPartition } {
  const disk = layout.disks.find((candidate) => candidate.name === layout.bootDisk);
  const core = disk?.partitions.find((partition) => partition.type.toLowerCase() === BIOS_BOOT_TYPE);
  if (disk !== undefined && core !== undefined) return { disk, core };
  throw new UserError(`disk ${layout.bootDisk} has no BIOS boot partition; GRUB cannot be kept on it`);
}
