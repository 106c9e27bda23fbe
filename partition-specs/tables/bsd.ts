// A BSD disklabel inside the one slice of a DOS table, which takes the whole disk.
import { MiB } from '../../lib/bytes.ts';
import { BSD_BOOT_SECTORS, bsdFsTypes } from '../labels/bsd-label.ts';
import { dosIdOf } from './dos.ts';
import type { TableKind } from './table-kind.ts';

const SECTOR_BYTES = 512;
const UNIT_SECTORS = MiB / SECTOR_BYTES;

export const bsd: TableKind = {
  name: 'bsd',
  foundAs: 'dos',
  fixedUnitBytes: MiB,
  unitBytesOf: () => MiB,
  usableUnits: ({ sizeBytes }) => ({ first: 1, end: Math.floor(sizeBytes / MiB) }),
  // Elsewhere the systems disagree on where the label lies, and no reader but their own could tell.
  sectorBytes: [SECTOR_BYTES],
  // Sector numbers have 32 bits.
  maxSectors: 2 ** 32 - 1,
  logicalPartitions: false,
  names: false,
  describe: ({ sizeBytes }, { uuid, foundId, sliceType }) => {
    if (sliceType === undefined) throw new Error('a disklabel for an OS family that says no type of slice');
    const endSector = Math.floor(sizeBytes / MiB) * UNIT_SECTORS;
    const slice = { startSector: UNIT_SECTORS, sizeSectors: endSector - UNIT_SECTORS, type: sliceType };
    const id = foundId ?? dosIdOf(uuid);
    return { kind: 'bsd', id, slice, firstSector: UNIT_SECTORS, lastSector: endSector - 1 };
  },
  wholeOf: (table, whole, { sizeBytes }) => {
    const slice = 'slice' in table ? table.slice : { startSector: 0, sizeSectors: 0 };
    const disk = { startSector: 0, sizeSectors: Math.floor(sizeBytes / SECTOR_BYTES) };
    const { startSector, sizeSectors } = whole === 'slice' ? slice : disk;
    return { startSector, sizeSectors, type: String(bsdFsTypes.unused) };
  },
  problemOf: (partitions, table) => {
    const free = ('slice' in table ? table.slice.startSector : 0) + BSD_BOOT_SECTORS;
    const covering = partitions.find(({ startSector, role, type }) => {
      return role !== 'whole' && startSector < free && type !== String(bsdFsTypes.ffs);
    });
    if (covering === undefined) return undefined;
    const what = `${covering.content?.filesystem} on ${covering.letter}`;
    return `${what} would overwrite the disklabel in its first 8 KiB; let an ffs or ufs partition come first`;
  },
};
