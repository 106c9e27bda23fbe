// The files that a machine should have. In: nothing. Out: types, and a digest of the whole. Never: I/O.
import { createHash } from 'node:crypto';
import type { Metadata, Pack, Xattrs } from '../package/manifest.ts';
import type { Inode } from './path-stat.ts';
import type { Defines } from '../package/preprocess.ts';

/** Who looks after a path: see docs/packagelink.md. `mutable` paths are laid down once and then left alone. */
export type PathClass = 'image' | 'package' | 'generated' | 'mutable';

/** A run of bytes in the raw content of one pack. */
export type PackSlice = { readonly pack: Pack; readonly offset: number; readonly length: number };

/** A file of a package that is a local directory. Its digest is checked whenever it is read. */
export type TreeFile = {
  /** Absolute; undefined when the directory is not a source at all, but only what was kept. */
  readonly root: string | undefined;
  /** As it is in the directory, with the suffix of a template. */
  readonly path: string;
  /** A directory of kept bytes, named by their SHA-256, for when the source is gone or has changed. */
  readonly objects: string;
  /** The file is to be another name of this inode: see choose-links.ts. */
  readonly linkTo?: { readonly inode: Inode; readonly sizeBytes: number; readonly mtimeNs: bigint };
  /** The file is to be another one than this inode, which is the source's. */
  readonly apartFrom?: Inode;
};

/** Where the bytes of a file come from. `sha256` and `sizeBytes` are of the source, before any preprocessing. */
export type Content =
  | {
      readonly kind: 'packed';
      readonly sha256: string;
      readonly sizeBytes: number;
      readonly slices: readonly PackSlice[];
    }
  | {
      readonly kind: 'template';
      readonly sha256: string;
      readonly sizeBytes: number;
      readonly slices: readonly PackSlice[];
      /** Only the variables that the template names. */
      readonly defines: Defines;
      /** Where the source is when it lies in no pack. */
      readonly tree?: TreeFile;
    }
  /** A file of a local directory that is not published. */
  | ({ readonly kind: 'tree'; readonly sha256: string; readonly sizeBytes: number } & TreeFile)
  | { readonly kind: 'literal'; readonly sha256: string; readonly sizeBytes: number; readonly bytes: Uint8Array };

type Owned = {
  readonly path: string;
  readonly owner: string;
  readonly class: PathClass;
  /** The package may put this in place of what is of another type and no package's. */
  readonly replaces?: true;
  /** Left alone once it has been laid down, as a package or the machine asks with `pin`. */
  readonly pinned?: true;
  /** Lies on FAT, which has neither owner nor mode nor attributes: see fat-targets.ts. */
  readonly onFat?: true;
};

/** Whether a path is the machine's own as soon as it has been laid down. */
export function isAlwaysLeftAlone(entry: Owned): boolean {
  return entry.class === 'mutable' || entry.pinned === true;
}

/** What a package that is not published says of a file's or link's time: another one is a difference. */
type Timed = { readonly timed?: true };

/** Owner, mode and time as they should be; without a time, a file keeps the one of its writing. */
export type WantedMetadata = Omit<Metadata, 'mtimeSeconds' | 'mtimeNanoseconds'> &
  Partial<Pick<Metadata, 'mtimeSeconds' | 'mtimeNanoseconds'>>;

export type WantedFile = Owned &
  WantedMetadata &
  Timed & {
    readonly type: 'file';
    readonly content: Content;
    /** Equal keys mean equal bytes: the content's SHA-256, for a template that of it and its values. */
    readonly sourceKey: string;
    readonly sparse?: true;
  };
export type WantedDirectory = Owned & WantedMetadata & { readonly type: 'directory' };
export type WantedSymlink = Owned & WantedMetadata & Timed & { readonly type: 'symlink'; readonly target: string };
/** A FIFO or a device: `fifo`, `char 1:3`, `block 8:0`. */
export type WantedSpecial = Owned & WantedMetadata & { readonly type: 'special'; readonly node: string };
/** Another name of `target`, which is a WantedFile of the same tree. */
export type WantedHardlink = Owned & { readonly type: 'hardlink'; readonly target: string };
export type TreeEntry = WantedFile | WantedDirectory | WantedSymlink | WantedSpecial | WantedHardlink;

/** Every path with its one owner, sorted, parents before what they hold. */
export type MergedTree = {
  readonly entries: readonly TreeEntry[];
  /** Names of the packages of priority 0, whose paths `OSMODE=packages` leaves to the package manager. */
  readonly images: readonly string[];
  /** Bytes of all sources. */
  readonly rawBytes: number;
  /** What a person should know although it is no fault: `etc/hosts of base is overridden by @generated`. */
  readonly notices: readonly string[];
  /**
   * Files whose package does not alone decide what becomes of them: others have the path, too, or it has further names.
   * See find-update.ts.
   */
  readonly sharedPaths: readonly string[];
};

/** One update of a digest for each entry takes twice as long. */
const ENTRIES_AT_ONCE = 1000;

/** SHA-256 over everything but times: equal digests mean that a machine needs no change. */
export function treeDigest(tree: MergedTree): string {
  const digest = createHash('sha256');
  for (let first = 0; first < tree.entries.length; first += ENTRIES_AT_ONCE) {
    const entries = tree.entries.slice(first, first + ENTRIES_AT_ONCE);
    digest.update(entries.map((entry) => `${JSON.stringify(identityOf(entry))}\n`).join(''));
  }
  return digest.digest('hex');
}

/** Attributes in one order, so that equal sets compare equal as text; the empty string when there are none. */
export function xattrsKey(xattrs: Xattrs | undefined): string {
  if (xattrs === undefined) return '';
  const pairs = Object.entries(xattrs).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return pairs.length === 0 ? '' : JSON.stringify(pairs);
}

/** `www-data:adm`, `0:42`: names where the package gives names. */
export function ownerOf({ uid, gid, user, group }: Pick<WantedMetadata, 'uid' | 'gid' | 'user' | 'group'>): string {
  return `${user ?? uid}:${group ?? gid}`;
}

type WithContent =
  | Pick<WantedDirectory, 'type'>
  | Pick<WantedFile, 'type' | 'sourceKey'>
  | Pick<WantedSymlink, 'type' | 'target'>
  | Pick<WantedSpecial, 'type' | 'node'>;

/** Equal keys mean equal content, for two of the same type: bytes, the target of a link, what a special file is. */
export function contentKey(entry: WithContent): string {
  if (entry.type === 'directory') return '';
  if (entry.type === 'file') return entry.sourceKey;
  return entry.type === 'symlink' ? entry.target : entry.node;
}

function identityOf(entry: TreeEntry): unknown[] {
  const owned = [entry.path, entry.type, entry.owner, entry.class];
  if (entry.type === 'hardlink') return [...owned, entry.target];
  const metadata = [...owned, entry.mode, ownerOf(entry), xattrsKey(entry.xattrs)];
  return [...metadata, contentKey(entry)];
}
