import type { FilesystemKind } from '../filesystems/filesystem-kind.ts';

/** What an OS family says of its disks; shared code asks these questions and never looks at the name. */
export type OsFamily = {
  readonly name: string;
  readonly filesystems: ReadonlyMap<string, FilesystemKind>;
  /** What the abstract letter becomes: 1… or 0… */
  readonly numberOf: (letter: string) => number;
  /** GPT type GUID of a partition. */
  readonly gptTypeOf: (partition: { mountPoint?: string; kind: FilesystemKind }) => string;
  /** Mount options that every file system knows here, without `=value`; `x-…` are always allowed. */
  readonly mountOptions: readonly string[];
};
