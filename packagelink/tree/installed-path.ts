// One path as it was laid down on a target. In: an entry of a merged tree, what lstat said. Out: what the state database
// keeps of it. Never: I/O.
import { asFatStat } from './fat-stat.ts';
import type { PathStat } from './path-stat.ts';
import type { PathClass, TreeEntry } from './tree.ts';
import { contentKey, isAlwaysLeftAlone, xattrsKey } from './tree.ts';

/**
 * One path as it was laid down, with lstat's answer right after. `sha256` is of the installed bytes (empty when there
 * are none), `source` the key of what they were made from, `xattrs` as `xattrsKey` writes them, `target` of a
 * link, or what a special file is (`char 1:3`).
 */
export type InstalledPath = PathStat & {
  readonly path: string;
  readonly owner: string;
  readonly class: PathClass;
  readonly type: TreeEntry['type'];
  readonly sha256: string;
  readonly source: string;
  readonly xattrs: string;
  readonly target: string;
  /** What was asked of the file system, where what it has kept is something else: see unkept.ts. */
  readonly asked?: string;
  /** Whether runs neither compare nor change it: it is mutable, pinned, or the package manager's. */
  readonly leftAlone: boolean;
};

/** The row for an entry whose installed bytes have the digest `sha256`. */
export function installedPath(
  entry: Exclude<TreeEntry, { type: 'hardlink' }>,
  sha256: string,
  stat: PathStat,
): InstalledPath {
  const { path, owner, type } = entry;
  const { mode, uid, gid, sizeBytes, inode, mtimeMs, ctimeMs } = entry.onFat === true ? asFatStat(stat, entry) : stat;
  return {
    path,
    owner,
    class: entry.class,
    type,
    mode,
    uid,
    gid,
    sizeBytes,
    inode,
    mtimeMs,
    ctimeMs,
    sha256,
    source: type === 'file' ? entry.sourceKey : '',
    xattrs: xattrsKey(entry.xattrs),
    target: type === 'symlink' || type === 'special' ? contentKey(entry) : '',
    leftAlone: isAlwaysLeftAlone(entry),
  };
}

/** The row for another name of a file that has `first` as its row. */
export function installedLink(link: Extract<TreeEntry, { type: 'hardlink' }>, first: InstalledPath): InstalledPath {
  const { path, owner, target } = link;
  return { ...first, path, owner, class: link.class, type: 'hardlink', target, leftAlone: isAlwaysLeftAlone(link) };
}
