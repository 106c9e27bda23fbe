import type { Argv } from '../../lib/run-command.ts';

/** What a file system says of itself; shared code asks these questions and never looks at the name. */
export type FilesystemKind = {
  readonly name: string;
  /** A smaller partition is refused. */
  readonly minBytes: number;
  /** `files`: has a mount point or none; `swap`: never has one. */
  readonly use: 'files' | 'swap';
  /** GPT type GUID, where the kind has one of its own. */
  readonly gptType?: string;
  readonly labelMaxBytes: number;
  readonly operation: 'mkfs' | 'mkswap';
  /** Mount options that only this kind knows, without `=value`. */
  readonly mountOptions: readonly string[];
  /** Added to the spec's options, unless the spec sets an option of the same name. */
  readonly addedOptions: { readonly root: readonly string[]; readonly other: readonly string[] };
  /** `fs_passno` of fstab(5): the order of fsck, 0 is never. */
  readonly fsckPass: { readonly root: number; readonly other: number };
  readonly make: (target: { device: string; uuid: string; label?: string }) => Argv;
  /** Why `make` is run as it is. */
  readonly makeWhy: string;
};
