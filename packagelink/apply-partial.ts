// The nightly run: puts right what differs. In: a merged tree, the state database, a running system's root.
// Out: every path either old or new, and a list of changes. Never: touches a foreign path or what is right already;
// follows a link out of the target; deletes when a source could not be read.
import { existsSync, lstatSync, realpathSync } from 'node:fs';
import { runCommand } from '../lib/run-command.ts';
import type { RunCommand } from '../lib/run-command.ts';
import type { Fetcher } from './fetch.ts';
import { executePlan } from './execute-plan.ts';
import { observe } from './observe.ts';
import type { Observed } from './observed.ts';
import { planPartial } from './plan-partial.ts';
import type { Change, PartialPlan } from './plan-partial.ts';
import { renderTemplates } from './render-templates.ts';
import { asPathStat, installedLink, installedPath, readState, updateState } from './state.ts';
import type { InstalledPath, PathStat } from './state.ts';
import type { MergedTree, TreeEntry } from './tree.ts';

export type ApplyPartialOptions = {
  /** `/` on a running machine. */
  readonly target: string;
  readonly tree: MergedTree;
  readonly fetcher: Fetcher;
  /** The database that the full install left; without one, everything is compared by content. */
  readonly stateFile: string;
  /** Plans and reports only. */
  readonly dryRun?: boolean;
  /** `packages` leaves the image's paths to the package manager; `image` unless given. */
  readonly osmode?: 'image' | 'packages';
  /** False when the caller could not read some package at all: then nothing is deleted. */
  readonly sourcesComplete?: boolean;
  /** Runs getfattr, setfattr and sync, each only when there is something for it to do. */
  readonly run?: RunCommand;
};

/** `changes` were made (with `dryRun`: would be); `errors` name paths that are still not right. */
export type PartialResult = {
  readonly changes: readonly Change[];
  readonly errors: readonly string[];
  readonly notices: readonly string[];
};

/**
 * Brings a target back to its tree. Errors of single paths are collected, and the rest is done.
 * @throws UserError when the state database or the target cannot be read at all
 */
export async function applyPartial(options: ApplyPartialOptions): Promise<PartialResult> {
  const { osmode = 'image', run = runCommand, sourcesComplete = true } = options;
  const root = realpathSync(options.target);
  const installed = existsSync(options.stateFile) ? readState(options.stateFile) : new Map<string, InstalledPath>();
  const { tree, digests, errors } = await renderTemplates(options.tree, installed, options.fetcher);
  const { observed, notices } = await observe({ root, tree, installed, osmode, run });
  const allowDeletions = sourcesComplete && errors.length === 0;
  const plan = planPartial({ tree, installed, observed, digests, osmode, allowDeletions });
  const said = [...options.tree.notices, ...notices, ...plan.notices];
  if (options.dryRun === true) return { changes: plan.changes, errors: [...errors, ...plan.errors], notices: said };

  const rows = describeRows({ root, tree, installed, digests, observed });
  if (plan.changes.length > 0) recordIntents(options.stateFile, plan, rows);
  const done = await executePlan({ root, plan, fetcher: options.fetcher, run });
  const changed = [...done.placed].flatMap((entry) => rows(entry) ?? []);
  const refreshed = plan.refresh.flatMap((entry) => rows(entry, observed.get(entry.path)) ?? []);
  const removed = [...done.deleted.map((row) => row.path), ...plan.forget];
  if (changed.length + refreshed.length + removed.length > 0)
    updateState(options.stateFile, [...refreshed, ...changed], removed);
  return { changes: done.changes, errors: [...errors, ...plan.errors, ...done.errors], notices: said };
}

/** The row for an entry: from a given lstat, or from one made now. */
type RowOf = (entry: TreeEntry, stat?: PathStat) => InstalledPath | undefined;

function describeRows(about: {
  root: string;
  tree: MergedTree;
  installed: ReadonlyMap<string, InstalledPath>;
  digests: ReadonlyMap<string, string>;
  observed: ReadonlyMap<string, Observed>;
}): RowOf {
  const byPath = new Map(about.tree.entries.map((entry) => [entry.path, entry]));
  const rowOf: RowOf = (entry, given) => {
    const stat = given ?? lstatSync(`${about.root}/${entry.path}`, { throwIfNoEntry: false });
    if (stat === undefined) return undefined;
    const pathStat = 'ino' in stat ? asPathStat(stat) : stat;
    if (entry.type !== 'hardlink') return installedPath(entry, about.digests.get(entry.path) ?? '', pathStat);
    const target = byPath.get(entry.target);
    const first = target === undefined ? undefined : rowOf(target, pathStat);
    return first === undefined ? undefined : installedLink(entry, first);
  };
  return rowOf;
}

// Before the first write, so that a path made by a run that crashed is known as ours by the next.
function recordIntents(stateFile: string, plan: PartialPlan, rowOf: RowOf): void {
  const nothing: PathStat = { mode: 0, uid: 0, gid: 0, sizeBytes: 0, inode: 0, mtimeMs: 0, ctimeMs: 0 };
  const created = new Set(plan.changes.filter((change) => change.action === 'created').map((change) => change.path));
  const entries = [...plan.directories, ...plan.files, ...plan.symlinks, ...plan.hardlinks];
  const intents = entries.filter((entry) => created.has(entry.path)).flatMap((entry) => rowOf(entry, nothing) ?? []);
  updateState(stateFile, intents, []);
}
