// The nightly run: puts right what differs. In: a merged tree, the state database, a running system's root.
// Out: every path either old or new, and a list of changes. Never: touches a foreign path or what is right already;
// follows a link out of the target; crosses a mount point that is not listed; deletes when a source could not be read.
import { lstatSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { UserError, describeError } from '../../lib/errors.ts';
import { isSystemError } from '../../lib/when-missing.ts';
import { isUntouched } from '../compare/observed.ts';
import { discardTemporaries } from './discard-temporaries.ts';
import { executePlan } from './execute-plan.ts';
import { separateVersions } from '../filesystem/keep-version.ts';
import { withLock } from '../filesystem/file-lock.ts';
import { beginHistory, forgetUnkept, forgetVersions, historyDirectory, trimHistory } from '../state/history.ts';
import { findTouched } from './names-of-files.ts';
import type { Change, PartialPlan } from './partial-plan.ts';
import type { ApplyPartialOptions } from './partial-options.ts';
import { preparePartial } from './prepare-partial.ts';
import type { Prepared, RowOf } from './prepare-partial.ts';
import { syncFileSystems } from '../native/sync-file-systems.ts';
import { recordIntents, updateState } from '../state/state.ts';
import type { InstalledPath } from '../tree/installed-path.ts';
import type { PathStat } from '../tree/path-stat.ts';
import { describeUnkept } from '../tree/unkept.ts';
import type { TreeEntry } from '../tree/tree.ts';

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

async function runPartial(options: ApplyPartialOptions): Promise<PartialResult> {
  const { stateFile, fetcher, sync = syncFileSystems } = options;
  const { prepared, left } = await prepareAfterOthers(options);
  const { root, plan, rowOf, observed, carriedOut, interrupted } = prepared;
  if (plan.changes.length > 0) await options.beforeChanges?.(plan.changes);
  if (plan.changes.length > 0) recordIntents(stateFile, intentsOf(plan, rowOf), carriedOut);
  const kept = beginHistory(stateFile, plan.keeps, Date.now());
  const historyDir = historyDirectory(stateFile);
  const beforeDeletions = prepared.errors.length === 0 ? options.beforeDeletions : undefined;
  const done = await executePlan({ root, plan, fetcher, sync, kept, historyDir, beforeDeletions });
  const laid = [...done.placed, ...touchedEntries(prepared, done.changes)].flatMap((entry) => rowOf(entry) ?? []);
  const changed = [...laid, ...halfCorrected(prepared, done.placed).flatMap((entry) => withoutAsked(rowOf(entry)))];
  const refreshed = plan.refresh.flatMap((entry) => rowOf(entry, observed.get(entry.path)) ?? []);
  const removed = [...done.deleted, ...done.restored.map(({ row }) => row)].map((row) => row.path);
  const said = summarize(prepared, done.errors);
  const summary = { ...said, notices: [...said.notices, ...describeUnkept(laid)], changes: done.changes };
  const settles = summary.errors.length === 0 ? options.settles : undefined;
  const isNews = plan.changes.length + refreshed.length + plan.forget.length + plan.pinned.length > 0;
  const errors = collectErrors(
    () => {
      if (settles === undefined && interrupted.length === 0 && !isNews) return;
      updateState(stateFile, {
        changed: [...carriedOut, ...plan.pinned, ...refreshed, ...changed],
        // What was not deleted is looked for below the directories that have rows.
        removed: [...removed, ...(summary.errors.length === 0 ? plan.forget : [])],
        stillIntended: [...left, ...done.left],
        settled: settles === undefined ? undefined : { ...settles, notices: [...said.notices] },
      });
    },
    () => tidyHistory(stateFile, { prepared, done, kept }),
  );
  return { ...summary, errors: [...summary.errors, ...errors] };
}

// What a run that was cut off left beside its paths would keep a directory from being empty.
async function prepareAfterOthers(options: ApplyPartialOptions): Promise<{ prepared: Prepared; left: string[] }> {
  const prepared = await preparePartial(options);
  const { root, interrupted } = prepared;
  if (interrupted.length === 0) return { prepared, left: [] };
  const left = discardTemporaries(root, interrupted);
  return { prepared: await preparePartial(options), left };
}

type Done = Awaited<ReturnType<typeof executePlan>>;
type Ending = { readonly prepared: Prepared; readonly done: Done; readonly kept: ReadonlyMap<string, string> };

function tidyHistory(stateFile: string, { prepared, done, kept }: Ending): void {
  const { plan, interrupted } = prepared;
  const changed = new Set(done.changes.map(({ path }) => path));
  if (done.changes.length < plan.changes.length)
    forgetUnkept(
      stateFile,
      plan.keeps.filter(({ path }) => !changed.has(path)),
    );
  if (done.restored.length > 0)
    forgetVersions(
      stateFile,
      done.restored.map(({ version }) => version.id),
    );
  // What was cut off or went wrong may have been announced to the history, and never kept.
  const isWhole = interrupted.length + done.errors.length === 0;
  if (kept.size > 0 || !isWhole) trimHistory(stateFile, { isWhole });
  if (!isWhole) separateVersions(historyDirectory(stateFile));
}

// The target is as the run has left it, whatever becomes of the books: the next run finds out what they do not say.
function collectErrors(...works: readonly (() => void)[]): string[] {
  return works.flatMap((work) => {
    try {
      work();
      return [];
    } catch (error) {
      if (!(error instanceof UserError) && !isSystemError(error)) throw error;
      return [`what was done could not be written down, the next run compares it again: ${describeError(error)}`];
    }
  });
}

// Other names of files that have changed. Their rows were right, so that only what lstat says now is new.
function touchedEntries({ tree, plan, installed, observed }: Prepared, changes: readonly Change[]): TreeEntry[] {
  const stale = new Set(plan.refresh);
  return findTouched(tree, observed, new Set(changes.map(({ path }) => path))).filter((entry) => {
    const row = installed.get(entry.path);
    return stale.has(entry) || (row?.leftAlone === false && isUntouched(row, observed.get(entry.path)));
  });
}

// What has failed is asked for again.
function withoutAsked(row: InstalledPath | undefined): InstalledPath[] {
  if (row === undefined) return [];
  const { asked: _asked, ...rest } = row;
  return [rest];
}

// An owner was set, and then something failed: the path is a package's from then on.
function halfCorrected({ root, plan, observed }: Prepared, placed: ReadonlySet<TreeEntry>): TreeEntry[] {
  return plan.metadata.filter((entry) => {
    const before = observed.get(entry.path);
    if (placed.has(entry) || before === undefined) return false;
    const now = lstatSync(`${root}/${entry.path}`, { throwIfNoEntry: false });
    return now !== undefined && now.ctimeMs !== before.ctimeMs;
  });
}

function summarize({ plan, errors, notices }: Prepared, more: readonly string[] = []): PartialResult {
  return {
    changes: plan.changes,
    errors: [...errors, ...plan.errors, ...more],
    notices: [...notices, ...plan.notices],
  };
}

// Before the first write, so that what a run that crashed has made is known as ours by the next.
function intentsOf(plan: PartialPlan, rowOf: RowOf): InstalledPath[] {
  const nothing: PathStat = { mode: 0, uid: 0, gid: 0, sizeBytes: 0, inode: 0, mtimeMs: 0, ctimeMs: 0 };
  const { directories, files, symlinks, specials, hardlinks, metadata } = plan;
  const entries = [...directories, ...files, ...symlinks, ...specials, ...hardlinks, ...metadata];
  return entries.flatMap((entry) => withoutAsked(rowOf(entry, nothing)));
}
