// Which bytes of which disks belong to the boot loader alone. In: a layout. Out: areas, one entry for each boot disk.
// Never: reads a disk.
import { z } from 'zod';
import { UserError } from '../../lib/errors.ts';
import { parseJsonEdge } from '../../lib/parse-edge.ts';
import type { Argv } from '../../lib/run-command.ts';
import type { Layout, LayoutDisk } from '../../partition-specs/layout.ts';
import { gptTypes } from '../../partition-specs/tables/gpt.ts';
import type { DiskBytes } from './boot-artefact.ts';

/** Bytes of the first sector that hold boot code; the partition table follows them. @see GNU GRUB manual 2.06 §4.4 */
const BOOT_CODE_BYTES = 440;
const FIRST_SECTOR_BYTES = 512;

/** What became of a boot disk: where it is now, or that it is missing. */
export type LocatedAreas = { readonly found: DiskBytes[]; readonly missing: DiskBytes[] };

/**
 * The same areas on the disks as the kernel names them now: names of disks change, their partitions' UUIDs do not.
 * @param lsblk answer of `bootDiskArgv`
 * @throws UserError when two disks carry one UUID, or no boot disk is left
 */
export function locateBootAreas(areas: readonly DiskBytes[], lsblk: string): LocatedAreas {
  const { blockdevices } = parseJsonEdge(lsblkSchema, lsblk, bootDiskArgv.join(' '));
  const found: DiskBytes[] = [];
  const missing: DiskBytes[] = [];
  for (const area of areas) {
    const carriers = blockdevices.filter(
      ({ partuuid, pkname }) => partuuid?.toLowerCase() === area.partUuid && pkname !== null,
    );
    const [only] = carriers;
    if (carriers.length > 1) throw notOne(carriers.length, area);
    if (only === undefined) missing.push(area);
    else found.push({ ...area, disk: `/dev/${only.pkname}` });
  }
  if (found.length === 0) throw notOne(0, areas[0]);
  return { found, missing };
}

function notOne(count: number, area: DiskBytes | undefined): UserError {
  return new UserError(
    `the boot loader was not checked: ${count} disks carry its partition ${area?.partUuid}, expected one`,
    { hint: 'lsblk -o NAME,SERIAL,PARTUUID' },
  );
}

/** Lists partitions with their UUID and their disk. @see lsblk(8) */
export const bootDiskArgv: Argv = ['lsblk', '--json', '--list', '--output', 'PKNAME,PARTUUID'];

const lsblkSchema = z.object({
  blockdevices: z.array(z.looseObject({ pkname: z.string().nullable(), partuuid: z.string().nullable() })),
});

/**
 * Where GRUB lies on a PC with a BIOS: boot code in the first sector; the core image in the BIOS boot partition of a
 * GPT, or in the gap between the table and the first partition of a DOS table.
 */
export function planBootAreas(layout: Layout): DiskBytes[] {
  return layout.bootDisks.map((name) => {
    const disk = layout.disks.find((candidate) => candidate.name === name);
    const core = disk === undefined ? undefined : coreImageOf(disk);
    if (disk === undefined || core === undefined) {
      throw new UserError(`disk ${name} has no BIOS boot partition; GRUB cannot be kept on it`);
    }
    const { partUuid, ...area } = core;
    const code = { name: 'boot-code', startBytes: 0, sizeBytes: BOOT_CODE_BYTES };
    return { kind: 'disk-bytes', disk: disk.hardware.path, partUuid, areas: [code, { name: 'core-image', ...area }] };
  });
}

function coreImageOf({ partitions, table, hardware }: LayoutDisk) {
  const sectorBytes = hardware.logicalSectorBytes;
  if (table.kind === 'dos') {
    const first = partitions[0];
    if (first?.uuid === undefined) return undefined;
    const startBytes = FIRST_SECTOR_BYTES;
    return { partUuid: first.uuid, startBytes, sizeBytes: first.startSector * sectorBytes - startBytes };
  }
  const core = partitions.find((partition) => partition.type.toLowerCase() === gptTypes.biosBoot);
  if (core?.uuid === undefined) return undefined;
  return { partUuid: core.uuid, startBytes: core.startSector * sectorBytes, sizeBytes: core.sizeSectors * sectorBytes };
}
