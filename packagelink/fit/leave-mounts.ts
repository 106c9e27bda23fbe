// What lies on other file systems is not a run's business, unless it is told so. In: a tree, rows, mount points.
// Out: both without what is mounted over, and one error for each mount that hides something of a package.
// Never: I/O.
import { parentOf } from '../package/package-path.ts';
import type { InstalledPath } from '../tree/installed-path.ts';
import type { MergedTree, TreeEntry } from '../tree/tree.ts';
import { isAlwaysLeftAlone } from '../tree/tree.ts';

type Reach = {
  readonly tree: MergedTree;
  readonly installed: ReadonlyMap<string, InstalledPath>;
  /** Drops what is mounted over from other rows. */
  readonly only: (rows: ReadonlyMap<string, InstalledPath>) => ReadonlyMap<string, InstalledPath>;
  readonly errors: readonly string[];
};

/** A directory that is itself a mount point is nobody's fault; what a package wants below one is reported. */
export function leaveMounts(
  tree: MergedTree,
  installed: ReadonlyMap<string, InstalledPath>,
  mountPoints: ReadonlySet<string>,
): Reach {
  if (mountPoints.size === 0) return { tree, installed, only: (rows) => rows, errors: [] };
  const mountOf = finder(mountPoints);
  const hidden = new Map<string, TreeEntry[]>();
  const entries = tree.entries.filter((entry) => {
    const mount = mountOf(entry.path);
    if (mount === undefined) return true;
    const isHarmless = isAlwaysLeftAlone(entry) || (entry.type === 'directory' && entry.path === mount);
    if (isHarmless) return false;
    const others = hidden.get(mount);
    if (others === undefined) hidden.set(mount, [entry]);
    else others.push(entry);
    return false;
  });
  const only = (rows: ReadonlyMap<string, InstalledPath>) =>
    new Map([...rows].filter(([path]) => mountOf(path) === undefined));
  const errors = [...hidden].map(([mount, lost]) => describeHidden(mount, lost));
  return { tree: { ...tree, entries }, installed: only(installed), only, errors };
}

function describeHidden(mount: string, [first, ...rest]: readonly TreeEntry[]): string {
  if (rest.length === 0 && first?.path === mount) {
    return `${mount} of ${first.owner} was not compared: something is mounted over it`;
  }
  const more = rest.length === 0 ? '' : ` and ${rest.length} more`;
  return (
    `${first?.path ?? mount} of ${first?.owner ?? ''}${more} not compared: ${mount} is a mount point that this run ` +
    `does not cross; list it to allow that`
  );
}

function finder(mountPoints: ReadonlySet<string>): (path: string) => string | undefined {
  // Paths come sorted by directory, and each directory is looked up once.
  const known = new Map<string, string | undefined>();
  const mountOf = (path: string): string | undefined => {
    if (mountPoints.has(path)) return path;
    const parent = parentOf(path);
    if (parent === undefined) return undefined;
    if (!known.has(parent)) known.set(parent, mountOf(parent));
    return known.get(parent);
  };
  return mountOf;
}
