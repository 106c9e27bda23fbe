// What is on a target now. In: the wanted tree and the state database. Out: one Observed for each path of either.
// Never: writes, follows a symbolic link, reads a file that lstat shows as we left it.
import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { describeError } from '../../lib/errors.ts';
import { openTarget } from '../filesystem/confined-directory.ts';
import type { ConfinedDirectories } from '../filesystem/confined-directory.ts';
import { exactInode } from '../filesystem/exact-inode.ts';
import { hashFile } from '../filesystem/hash-file.ts';
import { isUntouched, observedOf } from './observed.ts';
import type { Observed } from './observed.ts';
import { parentOf } from '../package/package-path.ts';
import { isLeftAlone } from '../tree/is-left-alone.ts';
import { goesUnchanged } from '../tree/retention.ts';
import type { Retention } from '../tree/retention.ts';
import type { InstalledPath } from '../tree/installed-path.ts';
import type { MergedTree, TreeEntry } from '../tree/tree.ts';
import { xattrsKey } from '../tree/tree.ts';
import { readXattrs } from '../filesystem/xattrs.ts';

type ObserveInput = {
  readonly root: string;
  readonly tree: MergedTree;
  readonly installed: ReadonlyMap<string, InstalledPath>;
  readonly osmode: 'image' | 'packages';
  /** Whether every file that a package wants is read. */
  readonly contents: boolean;
  readonly retention?: Retention | undefined;
};

/** `errors` are of paths that could not even be looked at, which is no sign that they are gone. */
type Observation = {
  readonly observed: Map<string, Observed>;
  readonly notices: readonly string[];
  readonly errors: readonly string[];
};

/** Looks at every wanted and every installed path; at contents where lstat differs from the database, or at all. */
export function observe(input: ObserveInput): Observation {
  const wanted = new Map(input.tree.entries.map((entry) => [entry.path, entry]));
  const errors: string[] = [];
  const observed = lookAtAll(input, wanted, errors);
  const suspects = [...observed.keys()].filter((path) => isSuspect(path, wanted.get(path), observed, input));
  const directories = openTarget(input.root);
  const notices: string[] = [];
  try {
    for (const path of suspects) {
      const now = observed.get(path);
      if (now !== undefined)
        observed.set(
          path,
          lookInside(path, now, directories, { isWanted: wanted.get(path)?.type === 'directory', notices }),
        );
      if (now !== undefined && wanted.has(path)) addXattrs(path, input.root, observed, notices);
      directories.trim();
    }
  } finally {
    directories.close();
  }
  return { observed, notices, errors };
}

// Sorted, so that a directory is known before what it holds; below anything else there is nothing of ours.
function lookAtAll(
  { root, tree, installed }: ObserveInput,
  wanted: ReadonlyMap<string, TreeEntry>,
  errors: string[],
): Map<string, Observed> {
  const observed = new Map<string, Observed>();
  const others = [...installed.keys()].filter((path) => !wanted.has(path));
  const entries = tree.entries.map((entry) => entry.path);
  for (const path of others.length === 0 ? entries : [...entries, ...others].toSorted()) {
    const parent = parentOf(path);
    if (parent !== undefined && observed.get(parent)?.type !== 'directory') continue;
    const stat = lookAt(`${root}/${path}`, (error) =>
      errors.push(`${path} could not be looked at: ${describeError(error)}`),
    );
    if (stat !== undefined) observed.set(path, stat);
  }
  return observed;
}

const GONE = new Set(['ENAMETOOLONG', 'ENOTDIR', 'ELOOP', 'ENOENT']);

// A name that no file can have is not there; writing it will say what is wrong with it, and nothing else is kept back.
function lookAt(place: string, onError: (error: unknown) => void): Observed | undefined {
  try {
    const stat = lstatSync(place, { throwIfNoEntry: false });
    return stat === undefined ? undefined : observedOf(stat, exactInode(place, stat));
  } catch (error) {
    // Its directory has gone, or has become something else, in this very moment.
    if (!GONE.has((error as NodeJS.ErrnoException).code ?? '')) onError(error);
    return undefined;
  }
}

function isSuspect(
  path: string,
  entry: TreeEntry | undefined,
  observed: ReadonlyMap<string, Observed>,
  input: ObserveInput,
): boolean {
  if (entry !== undefined && isLeftAlone(entry, input)) return false;
  const row = input.installed.get(path);
  if (entry === undefined && row?.class === 'mutable') return goesUnchanged(row, input.retention);
  const now = observed.get(path);
  // What lstat says of a directory changes with what lies in it, and says nothing of its attributes.
  if (now?.type === 'directory') return true;
  return (input.contents && entry !== undefined) || !isUntouched(row, now);
}

// What cannot be read is not what we wrote: an empty digest makes a wanted file be written again, another one stay.
function lookInside(
  path: string,
  now: Observed,
  directories: ConfinedDirectories,
  { isWanted, notices }: { isWanted: boolean; notices: string[] },
): Observed {
  try {
    if (now.type === 'file') return { ...now, sha256: hashFile(directories.at(path)) };
    if (now.type === 'symlink') return { ...now, target: readlinkSync(directories.at(path)) };
    if (now.type === 'directory' && !isWanted) return { ...now, children: readdirSync(directories.at(path)) };
  } catch (error) {
    notices.push(`${path} could not be read: ${describeError(error)}`);
    return { ...now, sha256: '', target: '' };
  }
  return now;
}

function addXattrs(path: string, root: string, observed: Map<string, Observed>, notices: string[]): void {
  const now = observed.get(path);
  if (now === undefined) return;
  try {
    observed.set(path, { ...now, xattrs: xattrsKey(readXattrs(`${root}/${path}`).xattrs) });
  } catch (error) {
    notices.push(`the attributes of ${path} could not be read: ${describeError(error)}`);
  }
}
