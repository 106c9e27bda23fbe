// What a package may not replace because it is of another type and was there first. In: one wanted path, what is there.
// Out: the reason against it. Never: I/O; speaks of what a package has put there, which is put right.
import type { PartialInput } from './plan-partial.ts';
import type { TreeEntry } from './tree.ts';

/** Why this directory is not made: something that no package put there stands in its place. */
export function refuseType(
  entry: TreeEntry,
  { installed, observed }: Pick<PartialInput, 'installed' | 'observed'>,
): string | undefined {
  const now = observed.get(entry.path);
  if (now === undefined || entry.type !== 'directory' || now.type === 'directory') return undefined;
  if (installed.has(entry.path) || entry.replaces === true) return undefined;
  const found = now.type === 'other' ? 'a special file' : `a ${now.type}`;
  return (
    `${entry.path} is a directory in ${entry.owner}, but ${found} on this machine that no package put there; ` +
    `it stays unless the .packagelink.yaml of ${entry.owner} names the path under replace:`
  );
}
