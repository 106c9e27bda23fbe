// What a partial run looks at and what it will do, as data. Never: code.
import type { Keep, KeptVersion } from '../state/history.ts';
import type { InstalledPath } from '../tree/installed-path.ts';
import type { Observed } from '../compare/observed.ts';
import type { Retention } from '../tree/retention.ts';
import type { MergedTree, TreeEntry, WantedDirectory, WantedFile } from '../tree/tree.ts';
import type { WantedHardlink, WantedSpecial, WantedSymlink } from '../tree/tree.ts';

/** One difference and what is done about it; the shape that reports carry. */
export type Change = {
  readonly path: string;
  readonly action: 'created' | 'replaced' | 'metadata' | 'deleted';
  readonly why: string;
};

/** The lists are carried out in this order; directories parents first, deletions children first. */
export type PartialPlan = {
  readonly directories: readonly WantedDirectory[];
  readonly files: readonly WantedFile[];
  readonly symlinks: readonly WantedSymlink[];
  readonly specials: readonly WantedSpecial[];
  readonly hardlinks: readonly WantedHardlink[];
  readonly metadata: readonly Exclude<TreeEntry, WantedHardlink>[];
  readonly deletions: readonly InstalledPath[];
  /** Paths below a directory that becomes something else, deleted just before it is replaced; children first. */
  readonly clears: ReadonlyMap<string, readonly InstalledPath[]>;
  /** Paths that no package has any more, and at which something stood before the first one came. */
  readonly restorations: readonly { readonly row: InstalledPath; readonly version: KeptVersion }[];
  /** What the writes and deletions would lose, to be kept first. */
  readonly keeps: readonly Keep[];
  /** Rows of paths that are left alone from now on. */
  readonly pinned: readonly InstalledPath[];
  /** Paths that are right, but whose rows in the database are not. */
  readonly refresh: readonly TreeEntry[];
  /** Rows of paths that are gone, or that are the machine's own now. */
  readonly forget: readonly string[];
  readonly changes: readonly Change[];
  readonly errors: readonly string[];
  readonly notices: readonly string[];
};

export type PartialInput = {
  readonly tree: MergedTree;
  readonly installed: ReadonlyMap<string, InstalledPath>;
  readonly observed: ReadonlyMap<string, Observed>;
  /** SHA-256 of the installed bytes of each wanted file, by path; a file without one could not be read. */
  readonly digests: ReadonlyMap<string, string>;
  /** `packages` leaves what came with the image to the package manager. */
  readonly osmode: 'image' | 'packages';
  /** False when a source could not be read, so that a missing path proves nothing. */
  readonly allowDeletions: boolean;
  /** Whether much of this package may go at once. */
  readonly massDelete?: (owner: string) => boolean;
  /** What was kept of foreign files, by path: it comes back when the package that replaced it goes. */
  readonly foreign?: ReadonlyMap<string, KeptVersion>;
  readonly retention?: Retention;
};
