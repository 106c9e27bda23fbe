// What a plan would lose: versions to keep beside the state database. In: steps, rows, what is there now. Out: keeps
// with their reasons. Never: I/O.
import type { Keep, KeepReason } from '../state/history.ts';
import type { Observed } from '../compare/observed.ts';
import type { PartialInput } from './partial-plan.ts';
import type { InstalledPath } from '../tree/installed-path.ts';
import type { TreeEntry } from '../tree/tree.ts';

/** One keep for each path whose bytes or link target a write or a deletion would end. */
export function planKeeps(
  input: Pick<PartialInput, 'tree' | 'installed' | 'observed' | 'digests'>,
  steps: { readonly writes: readonly TreeEntry[]; readonly deletions: readonly InstalledPath[] },
): Keep[] {
  const replaced = steps.writes.flatMap((entry) => {
    const now = input.observed.get(entry.path);
    const row = input.installed.get(entry.path);
    if (now === undefined || isSameContent(entry, now, row, input)) return [];
    return keepOf(entry.path, now, row, { reason: reasonOf(now, row), owner: row?.owner ?? entry.owner });
  });
  const deleted = steps.deletions.flatMap((row) => {
    const now = input.observed.get(row.path);
    return now === undefined ? [] : keepOf(row.path, now, row, { reason: 'deleted', owner: row.owner });
  });
  return [...replaced, ...deleted];
}

function keepOf(
  path: string,
  now: Observed,
  row: InstalledPath | undefined,
  why: { readonly reason: KeepReason; readonly owner: string },
): Keep[] {
  if (now.type !== 'file' && now.type !== 'symlink') return [];
  const { type, mode, uid, gid, sizeBytes } = now;
  return [{ path, ...why, type, mode, uid, gid, sizeBytes, ...contentOf(now, row) }];
}

function reasonOf(now: Observed, row: InstalledPath | undefined): KeepReason {
  if (row === undefined) return 'foreign';
  const found = contentOf(now, row);
  return kindOf(row) === now.type && found.sha256 === row.sha256 && found.target === linkTargetOf(row)
    ? 'replaced'
    : 'edited';
}

function isSameContent(
  entry: TreeEntry,
  now: Observed,
  row: InstalledPath | undefined,
  { digests }: Pick<PartialInput, 'digests'>,
): boolean {
  const found = contentOf(now, row);
  if (entry.type === 'symlink') return now.type === 'symlink' && found.target === entry.target;
  if (entry.type === 'directory' || now.type !== 'file') return false;
  return found.sha256 === digests.get(entry.type === 'hardlink' ? entry.target : entry.path);
}

// What was not looked into is as its row says: see observe.ts.
function contentOf(now: Observed, row: InstalledPath | undefined): { sha256: string; target: string } {
  if (now.type === 'symlink') return { sha256: '', target: now.target ?? (row === undefined ? '' : linkTargetOf(row)) };
  return { sha256: now.sha256 ?? row?.sha256 ?? '', target: '' };
}

function kindOf(row: InstalledPath): InstalledPath['type'] {
  return row.type === 'hardlink' ? 'file' : row.type;
}

function linkTargetOf(row: InstalledPath): string {
  return row.type === 'symlink' ? row.target : '';
}
