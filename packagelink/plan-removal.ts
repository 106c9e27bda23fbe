// Paths that packages have given up. In: as in plan-partial.ts. Out: deletions, rows to forget. Never: I/O; a foreign path.
import { isUntouched } from './observed.ts';
import type { Observed } from './observed.ts';
import type { PartialInput, PartialPlan } from './plan-partial.ts';
import type { InstalledPath } from './state.ts';

type Removal = Pick<PartialPlan, 'deletions' | 'forget' | 'notices'>;

/** What happens to each path that a package put there and that none wants now: deleted only as we wrote it. */
export function planRemoval({ tree, installed, observed, osmode, allowDeletions }: PartialInput): Removal {
  const wanted = new Set(tree.entries.map((entry) => entry.path));
  const deletions = new Map<string, InstalledPath>();
  const forget: string[] = [];
  const notices: string[] = [];
  // Children come before their directories, so that a directory knows whether it will be empty.
  const rows = [...installed.values()]
    .filter((row) => !wanted.has(row.path))
    .toSorted((a, b) => (a.path < b.path ? 1 : -1));
  for (const row of allowDeletions ? rows : []) {
    if (osmode === 'packages' && row.class === 'image') continue;
    const now = observed.get(row.path);
    if (row.class !== 'mutable' && now !== undefined && isOurs(row, now, deletions)) {
      deletions.set(row.path, row);
      continue;
    }
    forget.push(row.path);
    if (row.class !== 'mutable' && now !== undefined) {
      notices.push(
        `${row.path} is no longer in ${row.owner}, and stays: ${now.type === 'directory' ? 'it holds other files' : 'it was changed on this machine'}`,
      );
    }
  }
  return { deletions: [...deletions.values()], forget, notices };
}

function isOurs(row: InstalledPath, now: Observed, deletions: ReadonlyMap<string, InstalledPath>): boolean {
  if (isUntouched(row, now) && now.type !== 'directory') return true;
  if (now.type === 'directory') {
    return row.type === 'directory' && (now.children ?? ['?']).every((name) => deletions.has(`${row.path}/${name}`));
  }
  if (now.type === 'symlink') return row.type === 'symlink' && now.target === row.target;
  return now.type === 'file' && (row.type === 'file' || row.type === 'hardlink') && now.sha256 === row.sha256;
}
