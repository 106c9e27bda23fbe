import type { Fetcher } from '../contents/fetch.ts';
import type { Change } from './partial-plan.ts';
import type { Retention } from '../tree/retention.ts';
import type { SettledBase } from '../state/settled.ts';
import type { MergedTree } from '../tree/tree.ts';

export type ApplyPartialOptions = {
  /** `/` on a running machine. */
  readonly target: string;
  readonly tree: MergedTree;
  readonly fetcher: Fetcher;
  /** The database that the full install left; without one, everything is compared by content. */
  readonly stateFile: string;
  /** Plans and reports only. */
  readonly dryRun?: boolean;
  /** Reads and hashes every file, also those that lstat shows as they were laid down. */
  readonly contents?: boolean;
  /** `packages` leaves the image's paths to the package manager; `image` unless given. */
  readonly osmode?: 'image' | 'packages';
  /** False when the caller could not read some package at all: then nothing is deleted. */
  readonly sourcesComplete?: boolean;
  /** Whether more than half of the paths of this package may be deleted at once. */
  readonly massDelete?: (owner: string) => boolean;
  /** What stays for now of what no package has any more, or goes although it was laid down once. */
  readonly retention?: Retention;
  /** Mount points below the target that belong to it, as package paths; others are not crossed. */
  readonly mounts?: readonly string[];
  /** Equal keys mean equal trees and options: see `readSettled`. `base` lets the next run do with what has changed. */
  readonly settles?: { readonly key: string; readonly base?: SettledBase };
  /**
   * The tree has only what differs from what is laid down, and the directories above it; all else has been compared,
   * and is as it should be: see find-update.ts.
   */
  readonly isUpdate?: boolean;
  /** Told what will change, before the first write. */
  readonly beforeChanges?: (changes: readonly Change[]) => Promise<void>;
  /**
   * Called when everything new is in place and on the disk, before the first deletion, also where nothing changes. It
   * answers errors; with one, nothing is deleted. It is not called after an error, nor in a dry run.
   */
  readonly beforeDeletions?: () => Promise<readonly string[]>;
  /** False when the tree itself says what was there before the packages, in a layer below them. */
  readonly restoresForeign?: boolean;
  /** Paths that are foreign whatever the state database says of them. */
  readonly foreignPaths?: ReadonlySet<string>;
  /** Flushes the file systems of these paths, when something was written. */
  readonly sync?: (paths: readonly string[]) => void;
};
