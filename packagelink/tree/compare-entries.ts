// What differs between two states of one path. In: entries of two merged trees. Out: the aspects. Never: I/O.
import { ownerOf, xattrsKey } from './tree.ts';
import type { TreeEntry } from './tree.ts';

/** `package`: who owns it; `class`: what later runs do about it; times make no difference. */
export type Aspect = 'type' | 'bytes' | 'target' | 'mode' | 'owner' | 'attributes' | 'package' | 'class';

/** The aspects in which two entries of one path differ; bytes are compared by what they are made from. */
export function compareEntries(before: TreeEntry, after: TreeEntry): Aspect[] {
  const owned = [
    ...when(before.owner !== after.owner, 'package'),
    ...when(before.class !== after.class || before.pinned !== after.pinned, 'class'),
  ];
  if (before.type !== after.type) return ['type', ...owned];
  return [...compareBodies(before, after), ...compareMetadata(before, after), ...owned];
}

function compareBodies(before: TreeEntry, after: TreeEntry): Aspect[] {
  if (before.type === 'file' && after.type === 'file') return when(before.sourceKey !== after.sourceKey, 'bytes');
  return when(targetOf(before) !== targetOf(after), 'target');
}

function compareMetadata(before: TreeEntry, after: TreeEntry): Aspect[] {
  // Another name of a file has that file's metadata, and its path says what differs.
  if (before.type === 'hardlink' || after.type === 'hardlink') return [];
  return [
    ...when(before.mode !== after.mode, 'mode'),
    ...when(ownerOf(before) !== ownerOf(after), 'owner'),
    ...when(xattrsKey(before.xattrs) !== xattrsKey(after.xattrs), 'attributes'),
  ];
}

function targetOf(entry: TreeEntry): string | undefined {
  if (entry.type === 'special') return entry.node;
  return entry.type === 'symlink' || entry.type === 'hardlink' ? entry.target : undefined;
}

function when(differs: boolean, aspect: Aspect): Aspect[] {
  return differs ? [aspect] : [];
}
