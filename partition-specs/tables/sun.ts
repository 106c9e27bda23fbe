// The Sun label: eight slices of whole cylinders, the third of which is the whole disk.
import type { DiskFacts } from '../disk-facts.ts';
import { planSunGeometry } from '../labels/sun-geometry.ts';
import { sunTags } from '../labels/sun-label.ts';
import type { TableKind } from './table-kind.ts';

const SECTOR_BYTES = 512;

export const sun: TableKind = {
  name: 'sun',
  unitBytesOf: (disk) => {
    const { heads, sectors } = geometryOf(disk);
    return heads * sectors * SECTOR_BYTES;
  },
  // The label itself lies in the first sector; a UFS leaves its first 8 KiB alone.
  usableUnits: (disk) => ({ first: 0, end: geometryOf(disk).cylinders }),
  sectorBytes: [SECTOR_BYTES],
  maxSectors: 2 ** 31 - 1,
  logicalPartitions: false,
  names: false,
  describe: (disk) => {
    const { heads, sectors, cylinders } = geometryOf(disk);
    const lastSector = Math.max(0, heads * sectors * cylinders - 1);
    return {
      kind: 'sun',
      heads,
      sectorsPerTrack: sectors,
      cylinders: Math.max(1, cylinders),
      firstSector: 0,
      lastSector,
    };
  },
  wholeOf: (table) => ({ startSector: 0, sizeSectors: table.lastSector + 1, type: sunTags.backup.toString(16) }),
  problemOf: (partitions) => {
    const covering = partitions.find(({ startSector, role, content }) => {
      return startSector === 0 && role !== 'whole' && content?.filesystem === 'swap';
    });
    if (covering === undefined) return undefined;
    return `swap on ${covering.letter} would overwrite the label in its first sector; let a ufs partition come first`;
  },
};

/** A disk without room for a cylinder of data has none. */
function geometryOf({ sizeBytes, geometry }: Pick<DiskFacts, 'sizeBytes' | 'geometry'>) {
  const smallest = { heads: 255, sectors: 63, cylinders: 0 };
  return planSunGeometry(Math.floor(sizeBytes / SECTOR_BYTES), geometry) ?? smallest;
}
