// What stands on a target where packages are about to put something. In: a merged tree, a root, what is known already.
// Out: originals. Never: writes; follows a link; looks below a mount point.
import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { FaultsError } from '../../lib/errors.ts';
import type { Fault } from '../../lib/errors.ts';
import { TARGET_OWNER } from '../merge/candidates.ts';
import { openTarget } from '../filesystem/confined-directory.ts';
import type { ConfinedDirectories } from '../filesystem/confined-directory.ts';
import type { Original } from '../state/linked-packages.ts';
import { hashFile } from '../filesystem/hash-file.ts';
import { parentOf } from '../package/package-path.ts';
import { statMetadata } from '../publish/scan.ts';
import type { MergedTree, TreeEntry } from '../tree/tree.ts';
import { readXattrs } from '../filesystem/xattrs.ts';

type Search = {
  readonly root: string;
  readonly tree: MergedTree;
  /** Paths that packages have put there, or for which an original is known. */
  readonly isKnown: (path: string) => boolean;
  /** Package paths of mount points that are not to be crossed. */
  readonly mountPoints: ReadonlySet<string>;
};

type Found = { readonly path: string; readonly stat: BigIntStats; readonly pending?: true };

/**
 * Everything that is no package's and stands at a path of the tree, or below one that is to become a file or a link.
 * @throws FaultsError for devices, FIFOs and sockets, which are neither kept nor replaced
 */
export function findOriginals(search: Search): Original[] {
  const target = openTarget(search.root);
  try {
    const found = findStanding(search, target);
    const faults = found.filter(({ stat }) => isSpecial(stat)).map(({ path }) => special(path));
    if (faults.length > 0) throw new FaultsError(`linking onto ${search.root}`, faults);
    return found.map((one) => {
      target.trim();
      const { xattrs } = readXattrs(target.at(one.path));
      return { ...describeFound(one, target), ...(xattrs === undefined ? {} : { xattrs }) };
    });
  } finally {
    target.close();
  }
}

// Sorted, so that a directory is known before what it holds; below anything else there is nothing to find.
function findStanding(search: Search, target: ConfinedDirectories): Found[] {
  const directories = new Set<string>();
  const found: Found[] = [];
  for (const entry of search.tree.entries) {
    const parent = parentOf(entry.path);
    if ((parent !== undefined && !directories.has(parent)) || search.mountPoints.has(entry.path)) continue;
    const stat = lookAt(target, entry.path);
    if (stat === undefined) continue;
    if (stat.isDirectory()) directories.add(entry.path);
    if (isClaim(entry) && !search.isKnown(entry.path)) found.push({ path: entry.path, stat, pending: true });
    if (stat.isDirectory() && entry.type !== 'directory') found.push(...findBelow(entry.path, search, target));
  }
  return found;
}

function isClaim(entry: TreeEntry): boolean {
  return entry.owner !== TARGET_OWNER && entry.class !== 'mutable';
}

function findBelow(path: string, search: Search, target: ConfinedDirectories): Found[] {
  return readdirSync(target.at(`${path}/.`)).flatMap((name): Found[] => {
    const below = `${path}/${name}`;
    const stat = lookAt(target, below);
    if (stat === undefined) return [];
    const found = search.isKnown(below) ? [] : [{ path: below, stat }];
    const isEntered = stat.isDirectory() && !search.mountPoints.has(below);
    return isEntered ? [...found, ...findBelow(below, search, target)] : found;
  });
}

function lookAt(target: ConfinedDirectories, path: string): BigIntStats | undefined {
  target.trim();
  return lstatSync(target.at(path), { throwIfNoEntry: false, bigint: true });
}

function describeFound({ path, stat, pending }: Found, target: ConfinedDirectories): Original {
  const about = { path, ...statMetadata(stat), ...(pending === true ? { pending } : {}) };
  if (stat.isDirectory()) return { type: 'directory', ...about };
  if (stat.isSymbolicLink()) return { type: 'symlink', ...about, target: readlinkSync(target.at(path)) };
  const inode = `${stat.dev}:${stat.ino}`;
  return { type: 'file', ...about, sha256: hashFile(target.at(path)), sizeBytes: Number(stat.size), inode };
}

function isSpecial(stat: BigIntStats): boolean {
  return !stat.isDirectory() && !stat.isFile() && !stat.isSymbolicLink();
}

function special(where: string): Fault {
  const message = 'a package has this path, but on the target it is a device, FIFO or socket, which is not replaced';
  return { severity: 'error', where, message };
}
