// Jobs that ended long ago are taken away, with what is stored of their hosts. In: a store. Out: rows taken away, some at a time. Never:
// takes one that another job undoes at the moment, or the newest one, whose number SQLite would give to another; the audit log
// keeps its entries of all.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Store } from '../store/open-store.ts';
import { decideOldJobs } from './decide-old-jobs.ts';
import type { KeptJobs } from './decide-old-jobs.ts';
import { lockJobIfThere } from './job-rows.ts';

const keptJobs: KeptJobs = { days: 365, jobs: 1000, hosts: 10_000_000, atLeastDays: 14 };

type Options = {
  readonly store: Store;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly kept?: KeptJobs;
};

/** Rows of one transaction: others that write are kept waiting no longer than it takes. */
const ROWS = 2000;

/** Several servers may do it at once, and what one leaves half done, the next one ends. @returns how many jobs went */
export async function tidyJobs({ store, now, kept = keptJobs }: Options): Promise<number> {
  let gone = 0;
  for (const id of decideOldJobs(await readEnded(store), kept, now)) {
    if (await removeJob(store, id)) gone += 1;
    await nextTurn();
  }
  for (const table of ['jobHosts', 'jobPlans'] as const) await removeLeftRows(store, table);
  return gone;
}

async function readEnded({ queries }: Store) {
  const rows = await queries
    .selectFrom('jobs')
    .select(['id', 'endedAt', 'total'])
    .where('state', 'in', ['done', 'cancelled'])
    .where('endedAt', 'is not', null)
    .where('openLeases', '=', 0)
    .where('id', '<', (eb) => eb.selectFrom('jobs as all').select(({ fn }) => fn.max('all.id').as('newest')))
    .where((eb) => {
      const undo = eb.selectFrom('jobs as undo').select('undo.id').whereRef('undo.undoes', '=', 'jobs.id');
      return eb.not(eb.exists(undo.where('undo.state', 'not in', ['done', 'cancelled'])));
    })
    .execute();
  return rows.map(({ id, endedAt, total }) => ({ id, total, endedAt: endedAt ?? 0 }));
}

/** The job itself, and what others look at without asking for it. Rows of its hosts, which may be many, are left. */
function removeJob(store: Store, id: number): Promise<boolean> {
  return store.transaction(async (transaction) => {
    const job = await lockJobIfThere(store, transaction, id);
    if (job === undefined) return false;
    for (const table of ['jobCounts', 'jobRings', 'jobVariants'] as const) {
      await transaction.deleteFrom(table).where('job', '=', id).execute();
    }
    await transaction.deleteFrom('jobs').where('id', '=', id).execute();
    return true;
  });
}

/** Rows of jobs that are gone; a job and its rows come in one transaction, so none is of a job that is still to come. */
async function removeLeftRows(store: Store, table: 'jobHosts' | 'jobPlans'): Promise<void> {
  for (let job = await nextJob(store, table, 0); job !== undefined; job = await nextJob(store, table, job)) {
    const found = await store.queries.selectFrom('jobs').select('id').where('id', '=', job).executeTakeFirst();
    if (found !== undefined) continue;
    while (await removeSome(store, table, job)) await nextTurn();
  }
}

/** By the index, one step for each job. */
async function nextJob({ queries }: Store, table: 'jobHosts' | 'jobPlans', after: number): Promise<number | undefined> {
  const rows = queries.selectFrom(table).select('job').where('job', '>', after).orderBy('job').limit(1);
  return (await rows.executeTakeFirst())?.job;
}

/** @returns whether some may be left */
async function removeSome({ queries }: Store, table: 'jobHosts' | 'jobPlans', job: number): Promise<boolean> {
  const key = table === 'jobHosts' ? 'host' : 'id';
  const some = queries.selectFrom(table).select(sql.ref(key).as(key)).where('job', '=', job).limit(ROWS);
  const removal = queries.deleteFrom(table).where('job', '=', job);
  const { numDeletedRows } = await removal.where(sql.ref(key), 'in', some).executeTakeFirstOrThrow();
  return numDeletedRows === BigInt(ROWS);
}
