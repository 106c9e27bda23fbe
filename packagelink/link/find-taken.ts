// What packages have really taken over. In: what stood on a target before packages, the rows and intents of the state
// database, the target. Out: which of it packages have replaced, and what is the target's own. Never: writes; takes the
// intention for the deed.
import { lstatSync, readlinkSync } from 'node:fs';
import { hashFile } from '../filesystem/hash-file.ts';
import { TARGET_OWNER } from '../merge/candidates.ts';
import { parentOf } from '../package/package-path.ts';
import { statMetadata } from '../publish/scan.ts';
import type { Original } from '../state/linked-packages.ts';
import type { State } from '../state/state.ts';
import type { InstalledPath } from '../tree/installed-path.ts';

type Question = { readonly root: string; readonly state: State; readonly originals: readonly Original[] };

export type Taken = {
  /** What packages have replaced, and what comes back when they go. */
  readonly originals: readonly Original[];
  /** Rows of packages, and those that only say what will go with its directory: whatever else stands there is foreign. */
  readonly rows: ReadonlyMap<string, InstalledPath>;
  /** Paths that were never taken, or were given back: neither their rows nor their originals hold any more. */
  readonly free: ReadonlySet<string>;
};

/** Reads the facts; after a run that was cut off, a path counts as taken when it has what that run intended. */
export function findTaken({ root, state, originals }: Question): Taken {
  const byPath = new Map(originals.map((original) => [original.path, original]));
  const rows = new Map(state.installed);
  for (const intent of state.intents.values())
    if (isCarriedOut(root, intent, byPath.get(intent.path))) rows.set(intent.path, intent);
  const free = new Set<string>();
  for (const [path, row] of rows) {
    if (row.owner !== TARGET_OWNER || (!exists(root, path) && isBelowIntent(path, state))) continue;
    free.add(path);
    rows.delete(path);
  }
  for (const { path, pending } of originals)
    if (!rows.has(path) && (pending === true || exists(root, path) || free.has(path))) free.add(path);
  return { originals: originals.filter(({ path }) => !free.has(path)), rows, free };
}

// Where nothing but metadata was to change, the bytes do not tell.
function isCarriedOut(root: string, intent: InstalledPath, original: Original | undefined): boolean {
  const place = `${root}/${intent.path}`;
  const stat = lookAt(place);
  if (stat === undefined) return false;
  if (intent.type === 'directory' ? !stat.isDirectory() : !hasContent(place, intent)) return false;
  if (original === undefined) return true;
  const isSameKind = original.type === 'directory' ? stat.isDirectory() : hasContent(place, original);
  return !isSameKind || !hasMetadata(statMetadata(stat), original);
}

// The time of a directory tells nothing, and a link has no mode.
function hasMetadata(now: ReturnType<typeof statMetadata>, original: Original): boolean {
  const isSameOwner = now.uid === original.uid && now.gid === original.gid;
  const isSameMode = original.type === 'symlink' || now.mode === original.mode;
  const isSameTime =
    original.type === 'directory' ||
    (now.mtimeSeconds === original.mtimeSeconds && now.mtimeNanoseconds === original.mtimeNanoseconds);
  return isSameOwner && isSameMode && isSameTime;
}

function hasContent(place: string, wanted: InstalledPath | Original): boolean {
  const stat = lstatSync(place);
  if (wanted.type === 'symlink') return stat.isSymbolicLink() && readlinkSync(place) === wanted.target;
  if (wanted.type !== 'file' && wanted.type !== 'hardlink') return false;
  return stat.isFile() && hashFile(place) === wanted.sha256;
}

function isBelowIntent(path: string, { intents }: State): boolean {
  for (let at: string | undefined = path; at !== undefined; at = parentOf(at)) if (intents.has(at)) return true;
  return false;
}

function exists(root: string, path: string): boolean {
  return lookAt(`${root}/${path}`) !== undefined;
}

function lookAt(place: string) {
  try {
    return lstatSync(place, { throwIfNoEntry: false, bigint: true });
  } catch (error) {
    if (['ENOTDIR', 'ENAMETOOLONG', 'ELOOP'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
