// Directories below which everything has one owner: one line of settings instead of one for each path. In: paths with
// owners. Out: the highest such directories. Never: I/O; chooses a directory with a path below it that only occurs as
// part of a name, because an archive says nothing about such a path.
import { parentOf } from '../../packagelink/package/package-path.ts';

/** `owner` is the same text for the same owner; empty for root. */
export type OwnedPath = { readonly path: string; readonly owner: string };

/** Fewer paths get their own lines. */
const LEAST_PATHS = 3;
const MIXED = Symbol('mixed');

/** Directory → its owner; the empty text stands for the root of the package. */
export function planOwnerTrees(paths: readonly OwnedPath[]): Map<string, string> {
  const owners = ownersBelow(paths);
  const tops = new Map<string, string>();
  const counts = new Map<string, number>();
  const topOf = memoize((dir: string): string | undefined => {
    const above = dir === '' ? undefined : topOf(parentOf(dir) ?? '');
    if (above !== undefined) return above;
    const owner = owners.get(dir);
    // Its name as a pattern would mean others, too.
    return owner === undefined || owner === MIXED || owner === '' || /[*?]/.test(dir) ? undefined : dir;
  });
  for (const { path, owner } of paths) {
    const top = topOf(parentOf(path) ?? '');
    if (top === undefined) continue;
    tops.set(top, owner);
    counts.set(top, (counts.get(top) ?? 0) + 1);
  }
  return new Map([...tops].filter(([dir]) => (counts.get(dir) ?? 0) >= LEAST_PATHS));
}

/** Whether a path lies below one of the directories. */
export function isBelow(path: string, trees: ReadonlyMap<string, string>): boolean {
  if (trees.size === 0) return false;
  for (let dir = parentOf(path); dir !== undefined; dir = parentOf(dir)) if (trees.has(dir)) return true;
  return trees.has('');
}

/** The owner of everything below each directory. What is mixed is so for all that is above it. */
function ownersBelow(paths: readonly OwnedPath[]): Map<string, string | typeof MIXED> {
  const owners = new Map<string, string | typeof MIXED>();
  const explicit = new Set(paths.map(({ path }) => path));
  const say = (path: string, owner: string | typeof MIXED) => {
    for (let dir: string | undefined = path; dir !== undefined && dir !== '';) {
      dir = parentOf(dir) ?? '';
      const before = owners.get(dir);
      if (before === MIXED || before === owner) return;
      owners.set(dir, before === undefined ? owner : MIXED);
    }
  };
  for (const { path, owner } of paths) say(path, owner);
  for (const dir of owners.keys()) if (dir !== '' && !explicit.has(dir)) say(dir, MIXED);
  return owners;
}

function memoize(find: (key: string) => string | undefined): (key: string) => string | undefined {
  const known = new Map<string, string | undefined>();
  return (key) => {
    if (!known.has(key)) known.set(key, find(key));
    return known.get(key);
  };
}
