// Directories that become something else. In: writes, deletions, what is there now. Out: which deletions come before
// which write, and what is in the way. Never: I/O; clears a directory that holds anything which is not to go anyway.
import type { PartialInput } from './partial-plan.ts';
import type { InstalledPath } from '../tree/installed-path.ts';
import type { TreeEntry } from '../tree/tree.ts';

type Clearing = {
  readonly clears: ReadonlyMap<string, readonly InstalledPath[]>;
  /** Those that stay for the end. */
  readonly deletions: readonly InstalledPath[];
  /** Entries whose place is a directory with other things in it, and why they are refused. */
  readonly full: ReadonlyMap<TreeEntry, string>;
};

/** `deletions` come children first, and so do those of each clearing. */
export function planClears(
  { observed }: PartialInput,
  writes: readonly TreeEntry[],
  deletions: readonly InstalledPath[],
): Clearing {
  const going = new Set(deletions.map((row) => row.path));
  const clears = new Map<string, InstalledPath[]>();
  const full = new Map<TreeEntry, string>();
  for (const entry of writes) {
    const now = observed.get(entry.path);
    if (entry.type === 'directory' || now?.type !== 'directory') continue;
    const staying = (now.children ?? []).filter((name) => !going.has(`${entry.path}/${name}`));
    if (staying.length === 0) clears.set(entry.path, []);
    else full.set(entry, describeFull(entry, staying));
  }
  if (clears.size === 0) return { clears, deletions, full };
  const rest = deletions.filter((row) => {
    const place = [...clears.keys()].find((path) => row.path.startsWith(`${path}/`));
    if (place !== undefined) clears.get(place)?.push(row);
    return place === undefined;
  });
  return { clears, deletions: rest, full };
}

function describeFull(entry: TreeEntry, staying: readonly string[]): string {
  const more = staying.length > 1 ? ` and ${staying.length - 1} more` : '';
  return (
    `${entry.path} was not put in place: it is a directory on this machine and holds ${staying[0]}${more}, ` +
    `which ${staying.length > 1 ? 'are' : 'is'} not to be deleted`
  );
}
