// What a partial run will do. In: the wanted tree, the state database, what lstat found. Out: steps and their
// reasons, in order. Never: I/O; a step on a foreign path.
import { isUntouched } from '../compare/observed.ts';
import { comparePaths, parentOf } from '../package/package-path.ts';
import type { Change, PartialInput, PartialPlan } from './partial-plan.ts';
import { planClears } from './plan-clears.ts';
import { planKeeps } from './plan-keeps.ts';
import { planRemoval } from './plan-removal.ts';
import { judgeAll, refuseType } from './plan-verdicts.ts';
import type { Verdict } from './plan-verdicts.ts';
import type { InstalledPath } from '../tree/installed-path.ts';
import type { TreeEntry } from '../tree/tree.ts';
import { isAlwaysLeftAlone } from '../tree/tree.ts';

/** Compares and decides; a path that is right already occurs in no step. */
export function planPartial(input: PartialInput): PartialPlan {
  const verdicts = judgeAll(input);
  const steps = [...verdicts]
    .flatMap(([entry, verdict]) => (verdict === undefined ? [] : [{ entry, ...verdict }]))
    .toSorted((left, right) => comparePaths(left.entry, right.entry));
  const writes = steps.filter((step) => step.action !== 'metadata').map((step) => step.entry);
  const metadata = steps.filter((step) => step.action === 'metadata').map((step) => step.entry);
  const { errors: held, ...removed } = planRemoval(input);
  const { clears, deletions, full } = planClears(input, writes, removed.deletions);
  const { blocked, errors } = findBlocked(input, writes);
  for (const [entry, error] of full) {
    blocked.add(entry);
    errors.push(error);
  }
  const allowed = writes.filter((entry) => !blocked.has(entry));
  const removal = { ...removed, deletions };
  const pins = planPins(input);
  const changes = steps
    .filter(({ entry }) => !blocked.has(entry))
    .map(({ entry, action, why }): Change => ({ path: entry.path, action, why }));
  return {
    directories: allowed.filter((entry) => entry.type === 'directory'),
    files: allowed.filter((entry) => entry.type === 'file'),
    symlinks: allowed.filter((entry) => entry.type === 'symlink'),
    specials: allowed.filter((entry) => entry.type === 'special'),
    hardlinks: allowed.filter((entry) => entry.type === 'hardlink'),
    metadata: metadata.filter((entry) => entry.type !== 'hardlink'),
    ...removal,
    keeps: planKeeps(input, {
      writes: allowed,
      deletions: [...removed.deletions, ...removal.restorations.map(({ row }) => row)],
    }),
    clears,
    pinned: pins.rows,
    refresh: findStale(verdicts, input),
    changes: [
      ...changes,
      ...removed.deletions.map((row): Change => ({
        path: row.path,
        action: 'deleted',
        why: `no longer in ${row.owner}`,
      })),
      ...removal.restorations.map(({ row }): Change => ({
        path: row.path,
        action: 'replaced',
        why: `no longer in ${row.owner}; what was there before it is back`,
      })),
    ],
    errors: [...errors, ...held],
    notices: [...removal.notices, ...pins.notices],
  };
}

function findStale(verdicts: ReadonlyMap<TreeEntry, Verdict | undefined>, input: PartialInput): TreeEntry[] {
  const stale: TreeEntry[] = [];
  for (const [entry, verdict] of verdicts) {
    if (verdict === undefined && isRowStale(entry, input)) stale.push(entry);
  }
  return stale;
}

// A pinned path is never touched, but nobody should wonder why it is not what its package says.
function planPins({ tree, installed, observed }: PartialInput): { rows: InstalledPath[]; notices: string[] } {
  const rows: InstalledPath[] = [];
  const notices: string[] = [];
  for (const entry of tree.entries) {
    const row = entry.pinned === true ? installed.get(entry.path) : undefined;
    if (row === undefined) continue;
    if (!row.leftAlone) rows.push({ ...row, leftAlone: true });
    const now = observed.get(entry.path);
    const isNewer = entry.type === 'file' && row.source !== entry.sourceKey;
    const what = now === undefined ? 'is missing' : isUntouched(row, now) ? undefined : 'was changed on this machine';
    const notice = what ?? (isNewer ? `is not the current version of ${entry.owner}` : undefined);
    if (notice !== undefined) notices.push(`${entry.path} ${notice}, and is left alone: it is pinned`);
  }
  return { rows, notices };
}

// Something that is no directory stands in for one, and this run may not replace it: nothing is written through it.
function findBlocked(input: PartialInput, writes: readonly TreeEntry[]): { blocked: Set<TreeEntry>; errors: string[] } {
  const refusals = new Map<TreeEntry, string>();
  for (const entry of writes) {
    const refusal = refuseType(entry, input);
    if (refusal !== undefined) refusals.set(entry, refusal);
  }
  const blocked = new Set<TreeEntry>(refusals.keys());
  const errors: string[] = [...refusals.values()];
  const directories = writes.filter((entry) => entry.type === 'directory' && !blocked.has(entry));
  const made = new Set(directories.map((entry) => entry.path));
  for (const entry of writes) {
    for (let path = parentOf(entry.path); path !== undefined; path = parentOf(path)) {
      const now = input.observed.get(path);
      if (now === undefined || now.type === 'directory' || made.has(path)) continue;
      blocked.add(entry);
      errors.push(`${entry.path} was not written: ${path} is a ${now.type} on this machine, and not followed`);
    }
  }
  return { blocked, errors };
}

function isRowStale(entry: TreeEntry, { installed, observed, digests }: PartialInput): boolean {
  const row = installed.get(entry.path);
  const now = observed.get(entry.path);
  if (now === undefined || (entry.type === 'file' && !digests.has(entry.path))) return false;
  if (row === undefined || row.owner !== entry.owner || row.class !== entry.class || row.type !== entry.type)
    return true;
  if (row.leftAlone !== isAlwaysLeftAlone(entry)) return true;
  if (entry.class === 'mutable') return false;
  if (entry.type === 'file' && row.source !== entry.sourceKey) return true;
  return entry.type !== 'directory' && !isUntouched(row, now);
}
