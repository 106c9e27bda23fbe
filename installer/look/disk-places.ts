// Places on a disk at which an installation looks before it writes, and again afterwards. Never: code.

/** A data partition that stays, by its place on the disk. */
export type KeptExtent = {
  /** Logical disk and letter: `disk0/h`. */
  readonly name: string;
  readonly disk: string;
  readonly startBytes: number;
  readonly sizeBytes: number;
  /** Of its first superblock, from the partition's beginning. */
  readonly superblock: { readonly offsetBytes: number; readonly sizeBytes: number };
};

/** Where nothing that is known may lie, and, unless somebody knows better, both ends must be zero. */
export type BlankPlace = {
  readonly disk: string;
  readonly startBytes: number;
  readonly sizeBytes: number;
  readonly mustBeZero: boolean;
};
