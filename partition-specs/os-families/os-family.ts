import type { FilesystemKind } from '../filesystems/filesystem-kind.ts';
import type { ByteRange } from '../labels/byte-range.ts';
import type { Layout, LayoutDisk, LayoutTable } from '../layout.ts';
import type { OptionTable } from '../option-table.ts';
import type { MountRules } from './mount-rules.ts';
import type { FamilyPlan } from '../render/disk-operation.ts';
import type { WholeOf } from '../tables/table-kind.ts';

export type TableName = LayoutTable['kind'];

/** A partition as a family is asked about it. */
type FamilyPartition = {
  readonly table: TableName;
  readonly mountPoint?: string;
  readonly kind: FilesystemKind;
  readonly startSector: number;
  readonly sizeBytes: number;
  readonly sectorBytes: number;
};

/** What an OS family says of its disks; shared code asks these questions and never looks at the name. */
export type OsFamily = {
  readonly name: string;
  /** Whether it can be installed, not only planned. */
  readonly installed: boolean;
  readonly filesystems: ReadonlyMap<string, FilesystemKind>;
  /** Tables that it knows; the first is the one that a disk gets when nobody asks for another. */
  readonly tables: readonly [TableName, ...TableName[]];
  /** Letter → why a spec cannot use it, such as the slice that stands for the whole disk. */
  readonly reservedLetters: Readonly<Record<string, string>>;
  /** Of these letters, those that are a partition all the same, made by itself, and what each stands for. */
  readonly wholeLetters: Readonly<Record<string, WholeOf>>;
  /** The DOS type, in hexadecimal, of the slice that its disklabels lie in. */
  readonly sliceType?: string;
  /** The last letter that its tables have room for. */
  readonly lastLetter: string;
  /** What must not be mounted where. */
  readonly mountRules: MountRules;
  /** What the abstract letter becomes: 1… or 0… On DOS tables, logical partitions are numbered after they are placed. */
  readonly numberOf: (letter: string) => number;
  /** GPT type GUID, DOS type, slice tag or BSD file system type of a partition, in the table's own spelling. */
  readonly typeOf: (partition: FamilyPartition) => string;
  /** The device of a partition; `diskName` is the logical name, which in some traditions is the device's own. */
  readonly deviceOf: (disk: { path: string; diskName: string }, number: number) => string;
  /** Whether RAID and LVM can be planned. */
  readonly stacks: boolean;
  /** Whether swap with a mount point means a file system in memory there, as `swap /tmp` of 1996 does. */
  readonly memoryFilesystem: boolean;
  /** The mount options of that file system. */
  readonly memoryOptions: OptionTable;
  /** Mount options that every file system knows here; `x-…` are always allowed. */
  readonly mountOptions: OptionTable;
  /** The commands that bring a layout about, in order, and the files that mount it. */
  readonly render: (layout: Layout) => FamilyPlan;
  /** The label of a disk as bytes, where our own code can write it: into images, to be read by other programs. */
  readonly renderLabel?: (disk: LayoutDisk, layout: Pick<Layout, 'machineId'>) => readonly ByteRange[];
};
