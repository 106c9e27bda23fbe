import type { DiskFacts } from '../disk-facts.ts';
import type { LayoutPartition, LayoutTable } from '../layout.ts';

/** What decides where partitions may lie. */
type TableDisk = Pick<DiskFacts, 'sizeBytes' | 'logicalSectorBytes' | 'geometry'>;

/** `sliceType` is the DOS type of the slice that a disklabel lies in. */
type TableIds = { readonly uuid: string; readonly foundId?: string; readonly sliceType?: string };

/** What a letter stands for that is whole by tradition. */
export type WholeOf = 'disk' | 'slice';
type WholeExtent = Pick<LayoutPartition, 'startSector' | 'sizeSectors' | 'type'>;

/** A partition table as a kind; shared code asks these questions and never looks at the name. */
export type TableKind = {
  readonly name: LayoutTable['kind'];
  /** What tools call a disk with this table, where that is another name: the one around it. */
  readonly foundAs?: string;
  /** The same for every disk, where it is. */
  readonly fixedUnitBytes?: number;
  /** Partitions begin and end at multiples of this. */
  readonly unitBytesOf: (disk: TableDisk) => number;
  /** The first unit that a partition may use, and the first behind the last one. */
  readonly usableUnits: (disk: TableDisk) => { first: number; end: number };
  /** Sizes of sectors that it works with. */
  readonly sectorBytes: readonly number[];
  /** A larger disk is refused, unless it keeps such a table: the rest of it could not be described. */
  readonly maxSectors?: number;
  /** Whether it has partitions inside an extended one, with a unit in front of each for its own record. */
  readonly logicalPartitions: boolean;
  /** Whether partitions have UUIDs and names of their own in it. */
  readonly names: boolean;
  /** The table itself. `uuid` is derived for this disk; `foundId` is the id of a table that stays in force. */
  readonly describe: (disk: TableDisk, ids: TableIds) => LayoutTable;
  /** Where a partition lies that stands for all of the disk or of the slice; only families that have such letters ask. */
  readonly wholeOf?: (table: LayoutTable, whole: WholeOf, disk: TableDisk) => WholeExtent;
  /** What this table cannot have, as a sentence that begins with what it is about. */
  readonly problemOf?: (partitions: readonly LayoutPartition[], table: LayoutTable) => string | undefined;
};
