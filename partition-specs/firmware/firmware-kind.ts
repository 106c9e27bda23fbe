import type { TableName } from '../os-families/os-family.ts';

/** A partition that the firmware needs and a spec does not give. */
export type AddedPartition = {
  /** Its name in the table and in the names that UUIDs derive from. */
  readonly name: string;
  /** Above every number that a letter can become. */
  readonly number: number;
  readonly sizeBytes: number;
  readonly gptType: string;
  readonly why: string;
  /** A file system on it. On the first boot disk it is mounted here; a spec that mounts one there itself needs no other. */
  readonly content?: { readonly filesystem: string; readonly mountPoint?: string; readonly options: readonly string[] };
};

/** What a machine's firmware asks of each disk that it may boot from. */
export type FirmwareKind = {
  readonly name: string;
  /** As people call it. */
  readonly title: string;
  /** Whether machines with it can be installed, not only planned. */
  readonly installed: boolean;
  /** Tables that it can boot from. */
  readonly tables: readonly TableName[];
  /** The largest logical sectors of a disk that it starts from, in bytes, if there is such a limit. */
  readonly bootSectorBytes?: number;
  /** How far into a disk it is sure to read, if there is such a limit. */
  readonly bootReachBytes?: number;
  /** By table; nothing where the table needs nothing. */
  readonly onBootDisk: Partial<Record<TableName, readonly AddedPartition[]>>;
};
