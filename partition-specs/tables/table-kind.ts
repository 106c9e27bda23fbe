import type { LayoutTable } from '../layout.ts';

/** What decides where partitions may lie. */
type TableDisk = { readonly sizeBytes: number; readonly logicalSectorBytes: number };

/** A partition table as a kind; shared code asks these questions and never looks at the name. */
export type TableKind = {
  readonly name: LayoutTable['kind'];
  /** Partitions begin and end at multiples of this. */
  readonly unitBytes: number;
  /** The first unit that a partition may use, and the first behind the last one. */
  readonly usableUnits: (disk: TableDisk) => { first: number; end: number };
  /** Sizes of sectors that it works with. */
  readonly sectorBytes: readonly number[];
  /** Whether it has partitions inside an extended one, with a unit in front of each for its own record. */
  readonly logicalPartitions: boolean;
  /** Whether partitions have UUIDs and names of their own in it. */
  readonly names: boolean;
  /** The table itself. `uuid` is derived for this disk; `foundId` is the id of a table that stays in force. */
  readonly describe: (disk: TableDisk, ids: { uuid: string; foundId?: string }) => LayoutTable;
};
