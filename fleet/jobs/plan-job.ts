// What a job would change, asked of one host for each kind of inventory. In: a job. Out: its plans, each of which waits for the
// first host with these lists that checks in. Never: asks a host by itself (ask-plan.ts).
import { sql } from 'kysely';
import { isForeseen } from '../../contract/fleet/jobs/action.ts';
import type { JobState } from '../../contract/fleet/jobs/job.ts';
import type { Store, StoreTransaction } from '../store/open-store.ts';
import { OperationError } from '../operations/operation-error.ts';
import { lockJob } from './job-rows.ts';
import type { Job, JobPlanRow } from './job-rows.ts';

/** Begins anew when it was planned before. @returns how many hosts are to simulate @throws OperationError once it is approved */
export async function planJob(
  store: Pick<Store, 'lockRows'>,
  transaction: StoreTransaction,
  id: number,
): Promise<number> {
  const job = await lockJob(store, transaction, id);
  if (job.total === 0) throw new OperationError('conflict', `job ${id} is being made; nothing was changed`);
  const states: readonly JobState[] = ['draft', 'planning', 'planned'];
  if (!states.includes(job.state)) {
    throw new OperationError('conflict', `job ${id} is ${job.state}, so it cannot be planned; nothing was changed`);
  }
  await transaction.deleteFrom('jobPlans').where('job', '=', id).execute();
  if (isForeseen(job.spec.action)) await addPlans(transaction, id);
  await transaction.updateTable('jobs').set({ state: 'planning' }).where('id', '=', id).execute();
  return settlePlans(transaction, { ...job, state: 'planning' });
}

/** Of lists that have no plan yet. Hosts that have not reported their lists have one when they have. */
export async function addPlans(transaction: StoreTransaction, job: number): Promise<void> {
  const kinds = transaction
    .selectFrom('jobHosts')
    .innerJoin('hosts', 'hosts.id', 'jobHosts.host')
    .select([
      'jobHosts.job',
      'hosts.packageSystem',
      'hosts.installedDigest',
      'hosts.candidatesDigest',
      'jobHosts.variant',
    ])
    .select(({ fn }) => [
      fn.countAll<number>().as('hosts'),
      sql.lit('waiting').as('state'),
      sql.lit('').as('askedOf'),
      sql.lit('[]').as('changesJson'),
      sql.lit('[]').as('staysJson'),
      sql.lit('').as('text'),
    ])
    .where('jobHosts.job', '=', job)
    .where('jobHosts.state', '=', 'waiting')
    .where('hosts.installedSet', 'is not', null)
    .where('hosts.candidatesSet', 'is not', null)
    .groupBy([
      'jobHosts.job',
      'hosts.packageSystem',
      'hosts.installedDigest',
      'hosts.candidatesDigest',
      'jobHosts.variant',
    ]);
  await transaction
    .insertInto('jobPlans')
    .columns(columns)
    .expression(kinds)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

const columns = [
  'job',
  'system',
  'installedDigest',
  'candidatesDigest',
  'variant',
  'hosts',
  'state',
  'askedOf',
  'changesJson',
  'staysJson',
  'text',
] as const;

/**
 * A plan that nobody has been asked for, and whose lists no host of the job has any more, is not waited for. Compared here: the
 * databases would look at all hosts for each plan.
 */
export async function dropOrphanedPlans(transaction: StoreTransaction, job: number): Promise<void> {
  const hosts = await transaction
    .selectFrom('jobHosts')
    .innerJoin('hosts', 'hosts.id', 'jobHosts.host')
    .select(['jobHosts.variant', 'hosts.packageSystem as system', 'hosts.installedDigest', 'hosts.candidatesDigest'])
    .distinct()
    .where('jobHosts.job', '=', job)
    .where('jobHosts.state', '=', 'waiting')
    .execute();
  const needed = new Set(hosts.map(keyOfLists));
  const waiting = await transaction
    .selectFrom('jobPlans')
    .select(['id', 'variant', 'system', 'installedDigest', 'candidatesDigest'])
    .where('job', '=', job)
    .where('state', '=', 'waiting')
    .execute();
  const orphaned = waiting.filter((plan) => !needed.has(keyOfLists(plan))).map(({ id }) => id);
  for (let start = 0; start < orphaned.length; start += ROWS) {
    await transaction
      .deleteFrom('jobPlans')
      .where('id', 'in', orphaned.slice(start, start + ROWS))
      .execute();
  }
}

/** Of one statement. */
const ROWS = 1000;

type Lists = {
  readonly variant: JobPlanRow['variant'];
  readonly system: string;
  readonly installedDigest: string;
  readonly candidatesDigest: string;
};

const keyOfLists = ({ variant, system, installedDigest, candidatesDigest }: Lists): string =>
  `${variant} ${system} ${installedDigest} ${candidatesDigest}`;

/** The job is planned when no plan is waited for. The caller has locked it. @returns how many plans there are */
export async function settlePlans(
  transaction: StoreTransaction,
  { id, state }: Pick<Job, 'id' | 'state'>,
): Promise<number> {
  const rows = await transaction
    .selectFrom('jobPlans')
    .select(({ fn }) => ['state', fn.countAll<number>().as('plans')])
    .where('job', '=', id)
    .groupBy('state')
    .execute();
  const count = (...states: string[]): number =>
    rows.filter((row) => states.includes(row.state)).reduce((sum, { plans }) => sum + plans, 0);
  const all = rows.reduce((sum, { plans }) => sum + plans, 0);
  if (state !== 'planning') return all;
  const open = count('waiting', 'asked');
  const bad = count('refused', 'failed');
  const reason =
    open > 0
      ? `${all - open} of ${all} kinds of inventory are simulated`
      : bad > 0
        ? `${bad} of ${all} kinds of inventory cannot do it`
        : '';
  const changes = { reason, ...(open === 0 ? { state: 'planned' as const } : {}) };
  await transaction.updateTable('jobs').set(changes).where('id', '=', id).execute();
  return all;
}
