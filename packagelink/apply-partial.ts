// The nightly run: puts right what differs. In: a merged tree, the state database, a running system's root.
// Out: every path either old or new, and a list of changes. Never: touches a foreign path or what is right already;
// follows a link out of the target; deletes when a source could not be read.
import { existsSync, lstatSync, mkdirSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { runCommand } from '../lib/run-command.ts';
import type { RunCommand } from '../lib/run-command.ts';
import type { Fetcher } from './fetch.ts';
import { executePlan } from './execute-plan.ts';
import { withLock } from './file-lock.ts';
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

const LOCK_TIMEOUT_MS = 60_000;

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
  if (options.dryRun === true) return summarize(await preparePartial(options));
  mkdirSync(dirname(options.stateFile), { recursive: true, mode: 0o755 });
  return await withLock(`${options.stateFile}.lock`, async () => await runPartial(options), LOCK_TIMEOUT_MS);
}

type Prepared = {
  readonly root: string;
  readonly plan: PartialPlan;
  readonly rowOf: RowOf;
  readonly observed: ReadonlyMap<string, Observed>;
  readonly errors: readonly string[];
  readonly notices: readonly string[];
};

async function preparePartial(options: ApplyPartialOptions): Promise<Prepared> {
  const { osmode = 'image', run = runCommand, sourcesComplete = true } = options;
  const root = realpathSync(options.target);
  const installed = existsSync(options.stateFile) ? readState(options.stateFile) : new Map<string, InstalledPath>();
  const { tree, digests, errors } = await renderTemplates(options.tree, installed, options.fetcher);
  const { observed, notices } = await observe({ root, tree, installed, osmode, run });
  const allowDeletions = sourcesComplete && errors.length === 0;
  const plan = planPartial({ tree, installed, observed, digests, osmode, allowDeletions });
  return {
    root,
    plan,
    rowOf: describeRows({ root, tree, digests }),
    observed,
    errors,
    notices: [...tree.notices, ...notices],
  };
}

async function runPartial(options: ApplyPartialOptions): Promise<PartialResult> {
  const prepared = await preparePartial(options);
  const { root, plan, rowOf, observed } = prepared;
  if (plan.changes.length > 0) recordIntents(options.stateFile, plan, rowOf);
  const done = await executePlan({ root, plan, fetcher: options.fetcher, run: options.run ?? runCommand });
  const changed = [...done.placed].flatMap((entry) => rowOf(entry) ?? []);
  const refreshed = plan.refresh.flatMap((entry) => rowOf(entry, observed.get(entry.path)) ?? []);
  const removed = [...done.deleted.map((row) => row.path), ...plan.forget];
  if (changed.length + refreshed.length + removed.length > 0) {
    updateState(options.stateFile, [...refreshed, ...changed], removed);
  }
  return { ...summarize(prepared, done.errors), changes: done.changes };
}

function summarize({ plan, errors, notices }: Prepared, more: readonly string[] = []): PartialResult {
  return {
    changes: plan.changes,
    errors: [...errors, ...plan.errors, ...more],
    notices: [...notices, ...plan.notices],
  };
}

/** The row for an entry: from a given lstat, or from one made now. */
type RowOf = (entry: TreeEntry, stat?: PathStat) => InstalledPath | undefined;

function describeRows(about: { root: string; tree: MergedTree; digests: ReadonlyMap<string, string> }): RowOf {
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
