// A new job, from what it is to do and where to rows. In: a specification, who makes it. Out: a draft. Never: changes a host, or
// decides how it goes on.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Action } from '../../contract/fleet/jobs/action.ts';
import type { JobHostState, JobSpec } from '../../contract/fleet/jobs/job.ts';
import type { Fleet } from '../fleet.ts';
import { OperationError } from '../operations/operation-error.ts';
import { setOpening } from '../schedules/set-opening.ts';
import type { StoreTransaction } from '../store/open-store.ts';
import { badSpec } from './choose-hosts.ts';
import type { ChosenHost } from './choose-hosts.ts';
import { lockJob } from './job-rows.ts';
import { jobRowsTables, removeJobRows } from './remove-job-rows.ts';

export type NewJob = {
  readonly spec: JobSpec;
  readonly hosts: readonly ChosenHost[];
  readonly by: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly undoes?: number;
  readonly schedule?: string;
  /** What some of the hosts do in place of the job's action. */
  readonly variants?: ReadonlyMap<string, Action>;
};

/**
 * A draft, and rows of its hosts, some at a time, so that check-ins get their turn meanwhile: with all of them at once, a server with
 * SQLite answered nobody for 7 s (110,000 hosts). Until `finishJob` it has no hosts for whoever looks. @returns its number
 */
export async function draftJob({ store }: Pick<Fleet, 'store'>, job: NewJob): Promise<number> {
  // If these are lost, so is the end of it, which is not.
  const turn = <T>(work: (transaction: StoreTransaction) => Promise<T>) => store.transaction(work, { mayBeLost: true });
  const id = await turn((transaction) => insertRow(transaction, job));
  try {
    const variants = [...(job.variants ?? [])].map(([variant, action]) => {
      return { job: id, variant, actionJson: JSON.stringify(action) };
    });
    for (let start = 0; start < variants.length; start += ROWS) {
      const rows = variants.slice(start, start + ROWS);
      await turn((transaction) => transaction.insertInto('jobVariants').values(rows).execute());
      await nextTurn();
    }
    for (const group of groupHosts(job.hosts)) {
      await turn((transaction) => insertHosts(transaction, { id, at: job.at }, group));
      await nextTurn();
    }
  } catch (error) {
    await dropDraft({ store }, id);
    throw error;
  }
  return id;
}

/** Its rows first: SQLite may give its number to the next job. Does nothing to a job that is made. */
export async function dropDraft({ store }: Pick<Fleet, 'store'>, id: number): Promise<void> {
  const drafts = store.queries.selectFrom('jobs').select('id').where('id', '=', id).where('total', '=', 0);
  if ((await drafts.executeTakeFirst()) === undefined) return;
  for (const table of jobRowsTables) await removeJobRows(store, table, id);
  await store.queries.deleteFrom('jobCounts').where('job', '=', id).execute();
  await store.queries.deleteFrom('jobs').where('id', '=', id).execute();
}

type Finishing = {
  readonly store: Pick<Fleet['store'], 'lockRows'>;
  readonly transaction: StoreTransaction;
  /** Milliseconds since 1970. */
  readonly at: number;
};

/** @param id of a draft @returns it, and how many hosts it is for @throws OperationError when none of them takes part any more */
export async function finishJob(context: Finishing, id: number): Promise<{ job: number; hosts: number }> {
  const { transaction } = context;
  const job = await lockJob(context.store, transaction, id);
  if (job.state !== 'draft') throw new OperationError('conflict', `job ${id} was ${job.state} while it was made`);
  await setOpening(context, job);
  // Hosts that were taken out meanwhile have been counted out of it.
  await transaction.deleteFrom('jobCounts').where('job', '=', id).execute();
  await countHosts(transaction, id);
  const counts = await transaction.selectFrom('jobCounts').select(['ring', 'hosts']).where('job', '=', id).execute();
  const totalOf = (ring?: number): number =>
    counts.filter((each) => ring === undefined || each.ring === ring).reduce((sum, { hosts }) => sum + hosts, 0);
  const rings = [...Array.from({ length: job.spec.rollout.rings.length + 1 }).keys()].map((ring) => {
    return { job: id, ring, total: totalOf(ring), openedAt: null, lastEndedAt: null };
  });
  await transaction.insertInto('jobRings').values(rings).execute();
  const total = totalOf();
  if (total === 0) throw badSpec('none of its hosts takes part any more', 'gutinteg fleet hosts');
  const budget = job.spec.rollout.budget ?? Math.max(1, Math.floor(total / 100));
  await transaction.updateTable('jobs').set({ total, budget, reason: '' }).where('id', '=', id).execute();
  return { job: id, hosts: total };
}

async function countHosts(transaction: StoreTransaction, job: number): Promise<void> {
  const counts = transaction
    .selectFrom('jobHosts')
    .select(({ fn }) => ['job', 'ring', 'state', fn.countAll<number>().as('hosts')])
    .where('job', '=', job)
    .groupBy(['job', 'ring', 'state']);
  await transaction.insertInto('jobCounts').columns(['job', 'ring', 'state', 'hosts']).expression(counts).execute();
}

async function insertRow(transaction: StoreTransaction, { spec, by, at, undoes, schedule }: NewJob): Promise<number> {
  const { id } = await transaction
    .insertInto('jobs')
    .values({
      state: 'draft',
      reason: BEING_MADE,
      specJson: JSON.stringify(spec),
      createdBy: by,
      createdAt: at,
      approvedBy: '',
      expiresAt: at + spec.rollout.expiresAfterSeconds * 1000,
      budget: 0,
      total: 0,
      ring: 0,
      openLeases: 0,
      pardoned: 0,
      undoes: undoes ?? null,
      schedule: schedule ?? null,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

const BEING_MADE = 'its hosts are written down';

/** Hosts of one transaction. */
const ROWS = 500;

type Group = Required<Omit<ChosenHost, 'id'>> & { readonly ids: readonly string[] };

function* groupHosts(hosts: readonly ChosenHost[]): Generator<Group> {
  const groups = Map.groupBy(hosts, ({ ring, refused = '', variant = '' }) => JSON.stringify([ring, variant, refused]));
  for (const some of groups.values()) {
    const { ring = 0, refused = '', variant = '' } = some[0] ?? {};
    // In order, neighbours in the indexes are written together, and not each of 500 pages for one row.
    const ids = some.map(({ id }) => id).toSorted();
    for (let start = 0; start < ids.length; start += ROWS) {
      yield { ring, refused, variant, ids: ids.slice(start, start + ROWS) };
    }
  }
}

async function insertHosts(
  transaction: StoreTransaction,
  { id, at }: { id: number; at: number },
  { ring, refused, variant, ids }: Group,
): Promise<void> {
  const whole = (value: number) => sql<number>`cast(${value} as bigint)`;
  const state: JobHostState = refused === '' ? 'waiting' : 'refused';
  const rows = transaction
    .selectFrom('hosts')
    .select('id')
    .select(() => [
      whole(id).as('job'),
      whole(ring).as('ring'),
      sql<JobHostState>`cast(${state} as text)`.as('state'),
      sql<string>`cast(${refused} as text)`.as('reason'),
      whole(at).as('since'),
      sql<string>`cast(${variant} as text)`.as('variant'),
    ])
    .select('installedDigest')
    .where('id', 'in', ids)
    // Not by its index: SQLite would look at all hosts that have this state, for each of these statements.
    .where(sql<boolean>`${sql.ref('state')} || '' = 'enrolled'`);
  const columns = ['host', 'job', 'ring', 'state', 'reason', 'since', 'variant', 'beforeDigest'] as const;
  await transaction.insertInto('jobHosts').columns(columns).expression(rows).execute();
}
