// The labels of a planned disk of a BSD: the DOS table with one slice, and the disklabel in it. In: the layout's disk.
// Out: bytes, and the disk as the renderers of commands take it. Never: decides anything.
import { deriveUuid } from '../derive-uuid.ts';
import { renderBsdLabel } from '../labels/bsd-label.ts';
import type { BsdFlavour } from '../labels/bsd-label.ts';
import type { ByteRange } from '../labels/byte-range.ts';
import { renderDosLabel } from '../labels/dos-label.ts';
import type { Layout, LayoutDisk } from '../layout.ts';
import { bsdLabelOf, sliceEntryOf } from './bsd-disk.ts';
import type { BsdSystemDisk } from './bsd-disk.ts';
import { foreignPartitions } from './foreign-layout.ts';

const SECTOR_BYTES = 512;
/** Of the label alone; the firmware's own is nobody's business since LBA. */
const HEADS = 255;
const TRACK_SECTORS = 63;

/**
 * The disk as the commands and the label want it. Its UID derives from the machine's id like every UUID.
 * @throws Error when the disk has another table
 */
export function bsdSystemDisk(disk: LayoutDisk, { machineId }: Pick<Layout, 'machineId'>): BsdSystemDisk {
  const { name, table, hardware } = disk;
  if (table.kind !== 'bsd') throw new Error(`${name} has a ${table.kind} table`);
  const { startSector, sizeSectors } = table.slice;
  return {
    name,
    disk: {
      diskSectors: Math.floor(hardware.sizeBytes / SECTOR_BYTES),
      heads: HEADS,
      sectors: TRACK_SECTORS,
      slice: { startSector, sizeSectors },
    },
    sliceNumber: 1,
    partitions: foreignPartitions(disk),
    label: name.slice(0, 15),
    uid: Buffer.from(deriveUuid(machineId, `disklabel/${name}`).replaceAll('-', '').slice(0, 16), 'hex'),
  };
}

/** The bytes of both labels. */
export function renderBsdDiskLabel(
  flavour: BsdFlavour,
  disk: LayoutDisk,
  layout: Pick<Layout, 'machineId'>,
): ByteRange[] {
  const system = bsdSystemDisk(disk, layout);
  const { table, hardware } = disk;
  if (table.kind !== 'bsd') throw new Error(`${disk.name} has a ${table.kind} table`);
  const slice = sliceEntryOf(system, Number.parseInt(table.slice.type, 16));
  return [
    ...renderDosLabel({
      sectorBytes: hardware.logicalSectorBytes,
      diskId: Number.parseInt(table.id, 16),
      primaries: [slice],
      logicals: [],
    }),
    ...renderBsdLabel(bsdLabelOf(flavour, system)),
  ];
}
