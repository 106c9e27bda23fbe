// A DOS machine's disks, which Linux partitions and fills. In: the layout. Out: operations, and the label as bytes.
// Never: makes anything boot beyond the active mark; the system files that SYS puts in are DOS's own.
import type { ByteRange } from '../labels/byte-range.ts';
import { renderDosLabel } from '../labels/dos-label.ts';
import type { DosLogical } from '../labels/dos-label.ts';
import type { Layout, LayoutDisk, LayoutPartition } from '../layout.ts';
import { partitionPath } from '../linux-device-path.ts';
import { planFat } from '../plan-fat.ts';
import type { FatPlan } from '../plan-fat.ts';
import { dos } from '../tables/dos.ts';
import type { DiskOperation, FamilyPlan } from './disk-operation.ts';
import { renderMkfsFat } from './dos-commands.ts';
import { refTo, tableOperations } from './linux-table.ts';

/** Windows 95 OSR2 and everything after it, MS-DOS 7.1 among them, reads FAT32. */
const LARGEST_FAT = 32;
const FIRST_LOGICAL = 5;

/** sfdisk for the table, mkfs.fat for each partition; DOS has no table of file systems. */
export function renderDos(layout: Layout): FamilyPlan {
  return {
    operations: [...layout.disks.flatMap(tableOperations), ...layout.disks.flatMap(fatOperations)],
    files: [],
  };
}

function fatOperations(disk: LayoutDisk): DiskOperation[] {
  const { path, logicalSectorBytes: sectorBytes } = disk.hardware;
  return disk.partitions.flatMap((partition): DiskOperation[] => {
    const { content, verdict, startSector, sizeSectors, number, why } = partition;
    if (content === undefined || verdict === 'KEEP') return [];
    const extent = { startSector, sizeSectors, sectorBytes };
    const label = content.label === undefined ? {} : { volumeLabel: content.label.toUpperCase() };
    const fat = fatOf(extent);
    const volumeId = content.uuid.replace('-', '').toLowerCase();
    const command = renderMkfsFat({ ...extent, fat, volumeId, ...label }, partitionPath(path, number));
    return [{ ...command, disk: refTo(disk), why: `${why}: ${command.why}` }];
  });
}

/** Every size that the planner lets through has a FAT, as there is no upper limit for 32 bits. */
export function fatOf(extent: { startSector: number; sizeSectors: number; sectorBytes: number }): FatPlan {
  const fat = planFat({ ...extent, largestBits: LARGEST_FAT });
  if (fat === undefined) throw new Error(`no FAT for ${extent.sizeSectors} sectors`);
  return fat;
}

/** The table as bytes; each logical partition's record lies one unit in front of it, as sfdisk puts it. */
export function renderDosDiskLabel({ table, partitions, hardware }: LayoutDisk): ByteRange[] {
  if (table.kind !== 'dos') throw new Error(`a ${table.kind} table is none of DOS`);
  const sectorBytes = hardware.logicalSectorBytes;
  const unitSectors = dos.unitBytesOf(hardware) / sectorBytes;
  const entryOf = ({ startSector, sizeSectors, type }: LayoutPartition) => {
    return { startSector, sizeSectors, type: Number.parseInt(type, 16) };
  };
  const logicals = partitions
    .filter(({ number }) => number >= FIRST_LOGICAL)
    .toSorted((left, right) => left.number - right.number)
    .map((each): DosLogical => ({ ...entryOf(each), recordSector: each.startSector - unitSectors }));
  const primaries = partitions
    .filter(({ number }) => number < FIRST_LOGICAL)
    .map((each) => ({ ...entryOf(each), number: each.number, active: each.bootable === true }));
  return renderDosLabel({ sectorBytes, diskId: Number.parseInt(table.id, 16), primaries, logicals });
}
