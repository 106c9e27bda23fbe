// What every OS family renders a layout to: commands as data. The commands of Linux are run; the others are for people,
// and for the tests that read the labels.
import type { Argv } from '../../lib/run-command.ts';

export type DiskRef = { readonly path: string; readonly serial?: string };

/** One program to run. `destroys`: something on the disk is lost by it. */
export type DiskOperation = {
  readonly kind: 'wipe' | 'partition' | 'reread' | 'array' | 'volume' | 'mkfs' | 'mkswap' | 'boot-loader';
  /** The disk that it is about; absent where it is about several. */
  readonly disk?: DiskRef;
  readonly argv: Argv;
  readonly stdin?: string;
  readonly why: string;
  readonly destroys: boolean;
  /** Skipped, and said so, where there is no such device: the kernel shows no node for what a table lists. */
  readonly onlyIfThere?: string;
  /** Exit codes beside 0 that mean: there was nothing to do. They are said. */
  readonly nothingToDo?: readonly number[];
};

export type FamilyPlan = {
  /** Run in order, stop at the first that fails. */
  readonly operations: readonly DiskOperation[];
  /** fstab or vfstab, and whatever else the layout alone decides. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
};
