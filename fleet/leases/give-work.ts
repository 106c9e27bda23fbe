// The next order of a host, or the next simulation, if it is its turn. In: a check-in. Out: at most one task; or the host's end in a
// job that has nothing to do there. The first job that was made comes first. Never: gives a host a second order.
import { openStates } from '../../contract/fleet/jobs/job.ts';
import type { JobHostState } from '../../contract/fleet/jobs/job.ts';
import { isForeseen } from '../../contract/fleet/jobs/action.ts';
import type { Facts } from '../../contract/fleet/facts.ts';
import { factsSchema } from '../../contract/fleet/facts.ts';
import { parseJsonEdge } from '../../lib/parse-edge.ts';
import { suitsImages } from '../jobs/action-kinds.ts';
import { decideWait } from '../jobs/decide-wait.ts';
import type { WaitingHost } from '../jobs/decide-wait.ts';
import { lockJob, readChanges } from '../jobs/job-rows.ts';
import type { Job, JobHostRow } from '../jobs/job-rows.ts';
import { settleJobs } from '../jobs/settle-job.ts';
import { askForPlan, findPlan } from './ask-for-plan.ts';
import type { JobPart } from './ask-for-plan.ts';
import { endHost } from '../jobs/end-host.ts';
import { leaseOrder } from './lease-order.ts';
import { isInSync } from './work.ts';
import type { Work } from './work.ts';

/** So many tasks that nobody has answered: a host that puts none down gets no more. */
const MOST_TASKS = 50;

export async function giveWork(work: Work): Promise<void> {
  if (work.host.tasksOpen >= MOST_TASKS || (await isAtWork(work))) return;
  for (const { job, variant, state } of await findCandidates(work)) {
    const isGiven = state === 'planning' ? await simulate(work, { job, variant }) : await lease(work, job);
    if (isGiven) return;
  }
}

async function isAtWork({ transaction, host }: Work): Promise<boolean> {
  const rows = transaction.selectFrom('jobHosts').select('job').where('host', '=', host.id);
  return (
    (await rows
      .where('state', 'in', [...openStates])
      .limit(1)
      .executeTakeFirst()) !== undefined
  );
}

/** Without a lock: most of them wait for something, and nobody is kept waiting to find that out. */
async function findCandidates(work: Work) {
  const rows = await work.transaction
    .selectFrom('jobHosts')
    .innerJoin('jobs', 'jobs.id', 'jobHosts.job')
    .select([
      'jobHosts.job',
      'jobHosts.variant',
      'jobHosts.ring as hostRing',
      'jobs.ring',
      'jobs.state',
      'jobs.openLeases',
      'jobs.budget',
    ])
    .select(['jobs.windowFrom', 'jobs.ordersFrom', 'jobs.windowTo', 'jobs.windowZone'])
    .where('jobHosts.host', '=', work.host.id)
    .where('jobHosts.state', '=', 'waiting')
    .where('jobs.state', 'in', ['planning', 'running'])
    .orderBy('jobHosts.job')
    .execute();
  return rows.filter((row) => row.state === 'planning' || mayLease(work, row, row.hostRing));
}

const mayLease = (work: Work, job: WaitingHost['job'], ring: number): boolean =>
  decideWait({ job, ring, host: waitingHost(work), otherJob: undefined, nowMs: work.at }) === undefined;

const waitingHost = (work: Work) => ({
  ...work.host,
  hasLists: work.host.installedSet !== null && work.host.candidatesSet !== null,
  isInSync: isInSync(work),
});

/** @returns whether it was asked */
async function simulate(work: Work, part: JobPart): Promise<boolean> {
  if (work.host.installedSet === null || work.host.candidatesSet === null || !isInSync(work)) return false;
  const known = await findPlan(work, part);
  if (known !== undefined && known.state !== 'waiting') return false;
  const job = await lockJob(work.fleet.store, work.transaction, part.job);
  return job.state === 'planning' && askForPlan(work, job, part.variant);
}

/** @returns whether the host has got something to do */
async function lease(work: Work, id: number): Promise<boolean> {
  const { fleet, transaction, host, at } = work;
  const job = await lockJob(fleet.store, transaction, id);
  const row = await transaction
    .selectFrom('jobHosts')
    .selectAll()
    .where('job', '=', id)
    .where('host', '=', host.id)
    .executeTakeFirst();
  if (row?.state !== 'waiting' || !mayLease(work, job, row.ring) || at >= job.expiresAt) return false;
  const facts = await readFacts(work);
  if (facts.mode === 'image' && !suitsImages(job.spec.action)) {
    return end(work, { job, row, state: 'refused', reason: 'gutinteg keeps the files of its image (OSMODE=image)' });
  }
  if (!isForeseen(job.spec.action)) return leaseOrder(work, { job, row, plan: undefined });
  return leaseByPlan(work, job, row);
}

async function leaseByPlan(work: Work, job: Job, row: JobHostRow): Promise<boolean> {
  const plan = await findPlan(work, { job: job.id, variant: row.variant });
  if (plan === undefined || plan.state === 'waiting') return askForPlan(work, job, row.variant);
  if (plan.state === 'refused' || plan.state === 'failed') {
    return end(work, { job, row, state: 'refused', reason: plan.text });
  }
  if (plan.state !== 'planned') return false;
  const expected = readChanges(plan.changesJson);
  // Its inventory, which the plan is of, is as it should be.
  if (expected.length === 0) return end(work, { job, row, state: 'done', reason: 'there was nothing to change' });
  return leaseOrder(work, { job, row, plan: { id: plan.id, expected } });
}

type End = { readonly job: Job; readonly row: JobHostRow; readonly state: JobHostState; readonly reason: string };

/** @returns false: it may get the order of another job */
async function end(work: Work, { job, row, state, reason }: End): Promise<false> {
  await endHost(work, { job, row, change: { state, reason } });
  // Neither end is a bad one, so it does not halt, and other jobs may be locked after it.
  await settleJobs({ ...work, store: work.fleet.store }, [job.id]);
  return false;
}

async function readFacts({ transaction, host }: Work): Promise<Facts> {
  const row = await transaction.selectFrom('hosts').select('factsJson').where('id', '=', host.id).executeTakeFirst();
  return parseJsonEdge(factsSchema, row?.factsJson ?? '', 'facts of the store');
}
