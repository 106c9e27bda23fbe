// Jobs that ended long ago are taken away, with what is stored of their hosts. In: a store. Out: rows taken away, some at a time. Never:
// takes one that another job undoes at the moment, or the newest one, whose number SQLite would give to another; the audit log
// keeps its entries of all.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Store } from '../store/open-store.ts';
import { decideOldJobs } from './decide-old-jobs.ts';
import type { KeptJobs } from './decide-old-jobs.ts';
import { dropDraft } from './create-job.ts';
import { lockJobIfThere } from './job-rows.ts';
import { jobRowsTables, removeJobRows } from './remove-job-rows.ts';
import type { JobRowsTable } from './remove-job-rows.ts';

const keptJobs: KeptJobs = { days: 365, jobs: 1000, hosts: 10_000_000, atLeastDays: 14 };

type Options = {
  readonly store: Store;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly kept?: KeptJobs;
};

/** Several servers may do it at once, and what one leaves half done, the next one ends. @returns how many jobs went */
export async function tidyJobs({ store, now, kept = keptJobs }: Options): Promise<number> {
  let gone = 0;
  for (const id of decideOldJobs(await readEnded(store), kept, now)) {
    if (await removeJob(store, id)) gone += 1;
    await nextTurn();
  }
  await dropUnfinished(store, now);
  for (const table of jobRowsTables) await removeLeftRows(store, table);
  return gone;
}

async function readEnded({ queries }: Store) {
  const rows = await queries
    .selectFrom('jobs')
    .select(['id', 'endedAt', 'total'])
    .where('state', 'in', ['done', 'cancelled'])
    .where('endedAt', 'is not', null)
    .where('openLeases', '=', 0)
    .where('id', '<', (eb) => {
      const finished = eb.selectFrom('jobs as all').where('all.total', '>', 0);
      return finished.select(({ fn }) => fn.max('all.id').as('newest'));
    })
    .where((eb) => {
      const undo = eb.selectFrom('jobs as undo').select('undo.id').whereRef('undo.undoes', '=', 'jobs.id');
      const open = undo.where((undoing) =>
        undoing.or([undoing('undo.state', 'not in', ['done', 'cancelled']), undoing('undo.openLeases', '>', 0)]),
      );
      return eb.not(eb.exists(open));
    })
    .execute();
  return rows.map(({ id, endedAt, total }) => ({ id, total, endedAt: endedAt ?? 0 }));
}

/** The job itself, and what others look at without asking for it. Rows of its hosts, which may be many, are left. */
function removeJob(store: Store, id: number): Promise<boolean> {
  return store.transaction(async (transaction) => {
    const job = await lockJobIfThere(store, transaction, id);
    if (job === undefined) return false;
    for (const table of ['jobCounts', 'jobRings'] as const) {
      await transaction.deleteFrom(table).where('job', '=', id).execute();
    }
    await transaction.deleteFrom('jobs').where('id', '=', id).execute();
    return true;
  });
}

const DAY_MS = 86_400_000;

/** Whoever made them was ended in the middle. */
async function dropUnfinished(store: Store, now: number): Promise<void> {
  const drafts = store.queries.selectFrom('jobs').select('id').where('state', '=', 'draft').where('total', '=', 0);
  for (const { id } of await drafts.where('createdAt', '<', now - DAY_MS).execute()) await dropDraft({ store }, id);
}

/** Rows of jobs that are gone. A job comes before its rows, so none is of a job that is still to come. */
async function removeLeftRows(store: Store, table: JobRowsTable): Promise<void> {
  for (let job = await nextJob(store, table, 0); job !== undefined; job = await nextJob(store, table, job)) {
    const found = await store.queries.selectFrom('jobs').select('id').where('id', '=', job).executeTakeFirst();
    if (found === undefined) await removeJobRows(store, table, job);
  }
}

/** By the index, one step for each job. */
async function nextJob({ queries }: Store, table: JobRowsTable, after: number): Promise<number | undefined> {
  const rows = queries.selectFrom(table).select('job').where('job', '>', after).orderBy('job').limit(1);
  return (await rows.executeTakeFirst())?.job;
}
