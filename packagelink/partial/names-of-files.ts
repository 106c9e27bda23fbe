// Which names belong to one file. In: a wanted tree, what is there now. Out: whether a file has names that are not the
// tree's; entries that share a file with others. Never: I/O.
import type { Observed } from '../compare/observed.ts';
import type { MergedTree, TreeEntry } from '../tree/tree.ts';

/** Whether two paths are one file now. */
export function isSameInode(one: Observed, other: Observed): boolean {
  return one.inode === other.inode && one.device === other.device && one.type === other.type;
}

/**
 * Answers for each path whether it has more names than the tree knows of: what is set on one name is set on all, and the
 * others are not ours.
 */
export function foreignNameFinder(
  { entries }: Pick<MergedTree, 'entries'>,
  observed: ReadonlyMap<string, Observed>,
): (entry: TreeEntry, now: Observed) => boolean {
  const names = namesByFile(entries);
  return ({ path }, now) => {
    const links = now.links ?? 1;
    if (now.type === 'directory' || links === 1) return false;
    const known = (names.get(path) ?? []).filter((link) => {
      const other = observed.get(link.path);
      return other !== undefined && isSameInode(other, now);
    });
    return links > 1 + known.length;
  };
}

/**
 * Entries that were right and stay as they are, but whose files have changed by other names: a name that came or went,
 * or metadata that was set by way of another, gives all of them another time of change.
 */
export function findTouched(
  { entries }: Pick<MergedTree, 'entries'>,
  observed: ReadonlyMap<string, Observed>,
  changed: ReadonlySet<string>,
): TreeEntry[] {
  const touched = new Set<string>();
  const targets = entries.flatMap((entry) =>
    entry.type === 'hardlink' && changed.has(entry.path) ? [entry.target] : [],
  );
  for (const path of [...changed, ...targets]) {
    const now = observed.get(path);
    if (now?.type === 'file') touched.add(keyOf(now));
  }
  if (touched.size === 0) return [];
  return entries.filter((entry) => {
    const now = observed.get(entry.path);
    return !changed.has(entry.path) && now?.type === 'file' && touched.has(keyOf(now));
  });
}

function keyOf({ device, inode }: Observed): string {
  return `${device} ${inode}`;
}

function namesByFile(entries: readonly TreeEntry[]): Map<string, TreeEntry[]> {
  const names = new Map<string, TreeEntry[]>();
  for (const entry of entries) {
    if (entry.type !== 'hardlink') continue;
    const others = names.get(entry.target);
    if (others === undefined) names.set(entry.target, [entry]);
    else others.push(entry);
  }
  return names;
}
