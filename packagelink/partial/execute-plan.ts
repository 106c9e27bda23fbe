// Carries out a partial plan. In: a plan, a target. Out: what was done, and errors by path. Never: decides.
import { describeError } from '../../lib/errors.ts';
import { openTarget } from '../filesystem/confined-directory.ts';
import type { Fetcher } from '../contents/fetch.ts';
import { correctMetadata, makeDirectory, removePath, restorePath, stageHardlink, stageOther } from './change-path.ts';
import type { Change, PartialPlan } from './partial-plan.ts';
import { groupErrors } from './group-errors.ts';
import { planReads } from '../contents/plan-reads.ts';
import type { PackReads } from '../contents/plan-reads.ts';
import { preprocess } from '../package/preprocess.ts';
import { readPacks } from '../contents/read-packs.ts';
import { abandonFile, beginFile, completeFile, giveUp, placeStaged, syncTarget, writeBytes } from './stage-files.ts';
import type { Staging } from './stage-files.ts';
import { stageTreeFile } from './stage-tree-file.ts';
import type { InstalledPath } from '../tree/installed-path.ts';
import type { TreeEntry, WantedFile } from '../tree/tree.ts';
import { bytesAtHand, isAtHand } from '../contents/tree-source.ts';

type Execution = {
  readonly root: string;
  readonly plan: PartialPlan;
  readonly fetcher: Fetcher;
  readonly sync: Staging['sync'];
  /** Files of the history directory, by the path whose old version is kept there. */
  readonly kept: ReadonlyMap<string, string>;
  readonly historyDir: string;
  /** As in the options of the run; undefined also when there was an error before. */
  readonly beforeDeletions: (() => Promise<readonly string[]>) | undefined;
};

/** `placed` are right now; `deleted` are gone; the rest of the plan is named in `errors`. */
type Executed = {
  readonly placed: ReadonlySet<TreeEntry>;
  readonly deleted: readonly InstalledPath[];
  readonly restored: PartialPlan['restorations'];
  readonly changes: readonly Change[];
  readonly errors: readonly string[];
  /** Paths beside which a temporary stays. */
  readonly left: readonly string[];
};

/** Does what the plan says, in its order. After any error nothing is deleted. */
export async function executePlan(execution: Execution): Promise<Executed> {
  const { root, plan, fetcher, sync, kept, historyDir, beforeDeletions } = execution;
  const placed = new Set<TreeEntry>();
  const errors: string[] = [];
  const gone: { deleted: InstalledPath[]; restored: PartialPlan['restorations'] } = { deleted: [], restored: [] };
  if (plan.changes.length === 0) {
    if (plan.errors.length === 0) errors.push(...((await beforeDeletions?.()) ?? []));
    return { placed, ...gone, changes: [], errors, left: [] };
  }
  const onPlaced = (entry: TreeEntry, error?: string) =>
    void (error === undefined ? placed.add(entry) : errors.push(error));
  const staging: Staging = {
    target: openTarget(root),
    sync,
    kept,
    clear: (path) => {
      for (const row of plan.clears.get(path) ?? []) {
        removePath(staging, row);
        gone.deleted.push(row);
      }
    },
    onPlaced,
    open: new Map(),
    left: new Set(),
    staged: [],
    stagedBytes: 0,
  };
  try {
    forEach(staging, plan.directories, (entry) => makeDirectory(staging, entry));
    await writeFiles(staging, plan.files, fetcher);
    forEach(staging, [...plan.symlinks, ...plan.specials], (entry) => stageOther(staging, entry));
    placeStaged(staging);
    const missing = new Set(plan.files.filter((file) => !placed.has(file)).map((file) => file.path));
    const linkable = plan.hardlinks.filter((link) => !missing.has(link.target));
    forEach(staging, linkable, (entry) => stageHardlink(staging, entry));
    placeStaged(staging);
    forEach(staging, plan.metadata, (entry) => correctMetadata(staging, entry));
    if (errors.length + plan.errors.length === 0 && beforeDeletions !== undefined) {
      errors.push(...trySync(staging));
      if (errors.length === 0) errors.push(...(await beforeDeletions()));
    }
    if (errors.length + plan.errors.length === 0) {
      gone.restored = restoreAll(staging, plan.restorations, { historyDir, errors });
      gone.deleted.push(...removeAll(staging, plan.deletions, errors));
    }
    errors.push(...trySync(staging, kept.size > 0 ? [historyDir] : []));
  } finally {
    for (const file of staging.open.keys()) abandonFile(staging, file);
    staging.target.close();
  }
  const { deleted, restored } = gone;
  const done = new Set([...placed, ...deleted, ...restored.map(({ row }) => row)].map(({ path }) => path));
  return {
    placed,
    ...gone,
    changes: plan.changes.filter((change) => done.has(change.path)),
    errors: groupErrors(errors),
    left: [...staging.left],
  };
}

function trySync(staging: Staging, others: readonly string[] = []): string[] {
  try {
    syncTarget(staging, others);
    return [];
  } catch (error) {
    return [`what was written may not have reached the disk: ${describeError(error)}`];
  }
}

function restoreAll(
  staging: Staging,
  restorations: PartialPlan['restorations'],
  { historyDir, errors }: { historyDir: string; errors: string[] },
): PartialPlan['restorations'] {
  return restorations.filter(({ row, version }) => {
    staging.target.trim();
    try {
      restorePath(staging, version, `${historyDir}/${version.id}`);
      return true;
    } catch (error) {
      errors.push(`what was at ${row.path} before ${row.owner} was not brought back: ${describeError(error)}`);
      return false;
    }
  });
}

function forEach<E extends TreeEntry>(staging: Staging, entries: readonly E[], work: (entry: E) => void): void {
  for (const entry of entries) {
    try {
      work(entry);
    } catch (error) {
      giveUp(staging, entry, `${entry.path} could not be updated: ${describeError(error)}`);
    }
    staging.target.trim();
  }
}

async function writeFiles(staging: Staging, files: readonly WantedFile[], fetcher: Fetcher): Promise<void> {
  const ready = files.filter((file) => isAtHand(file.content));
  forEach(staging, ready, (file) => {
    if (file.content.kind === 'tree') stageTreeFile(staging, file, file.content);
    else writeWhole(staging, file, bytesAtHand(file.content));
  });
  const failed = new Set<WantedFile>();
  for await (const { work, raw } of readPacks(planReads(files), fetcher)) {
    for (const read of work.reads) {
      if (failed.has(read.file)) continue;
      try {
        if (raw instanceof Error) throw raw;
        writeRead(staging, read, raw);
      } catch (error) {
        failed.add(read.file);
        giveUp(staging, read.file, `${read.file.path} could not be updated: ${describeError(error)}`);
      }
    }
    staging.target.trim();
  }
}

function writeRead(staging: Staging, read: PackReads['reads'][number], raw: Uint8Array): void {
  if (read.file.content.kind === 'template') {
    writeWhole(staging, read.file, raw.subarray(read.offset, read.offset + read.length));
    return;
  }
  if (read.isFirst) beginFile(staging, read.file);
  writeBytes(staging, read.file, raw, read);
  if (read.isLast) completeFile(staging, read.file);
}

function writeWhole(staging: Staging, file: WantedFile, source: Uint8Array): void {
  const isTemplate = file.content.kind === 'template';
  const bytes = isTemplate ? preprocess(source, file.content.defines, `${file.path} of ${file.owner}`) : source;
  beginFile(staging, file);
  writeBytes(staging, file, bytes, { offset: 0, length: bytes.length, position: 0 });
  completeFile(staging, file);
}

function removeAll(staging: Staging, rows: readonly InstalledPath[], errors: string[]): InstalledPath[] {
  return rows.filter((row) => {
    staging.target.trim();
    try {
      removePath(staging, row);
      return true;
    } catch (error) {
      errors.push(`${row.path} was not deleted: ${describeError(error)}`);
      return false;
    }
  });
}
