/** A partition that the firmware needs and a spec does not give. */
export type AddedPartition = {
  /** Its name in the table and in the names that UUIDs derive from. */
  readonly name: string;
  /** Above every number that a letter can become. */
  readonly number: number;
  readonly sizeBytes: number;
  readonly gptType: string;
  readonly why: string;
};

/** What a machine's firmware asks of the disk that it boots from. */
export type FirmwareKind = { readonly name: string; readonly onBootDisk: readonly AddedPartition[] };
