// One disk of a layout, before anything on it is decided. Never: code.
import type { BoundDisk } from './bind-disks.ts';
import type { AddedPartition } from './firmware/firmware-kind.ts';
import type { Pin } from './find-data.ts';
import type { OsFamily } from './os-families/os-family.ts';
import type { DiskSpec, PartitionRequest } from './spec-types.ts';
import type { TableKind } from './tables/table-kind.ts';

export type DiskTask = {
  readonly spec: DiskSpec;
  readonly text: string;
  readonly bound: BoundDisk;
  readonly family: OsFamily;
  readonly machineId: string;
  readonly added: readonly AddedPartition[];
  readonly pins: ReadonlyMap<PartitionRequest, Pin>;
  readonly table: TableKind;
  /** Partitions of this disk that the firmware starts something from; absent where it starts from other disks. */
  readonly startsFrom?: ReadonlySet<PartitionRequest> | undefined;
  /** Serial numbers of disks whose unreadable content counts as free space. */
  readonly knownEmpty: readonly string[];
};

export type Problem = { readonly column: number; readonly message: string };
