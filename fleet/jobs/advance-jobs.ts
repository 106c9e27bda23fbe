// What time does to jobs: leases run out, plans are asked anew, rings open, jobs end. In: a fleet. Out: rows. Several servers may do it
// at once: each job is locked, and what one has done the other finds done.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { openStates } from '../../contract/fleet/jobs/job.ts';
import type { JobState } from '../../contract/fleet/jobs/job.ts';
import type { Fleet } from '../fleet.ts';
import { durationText } from '../hosts/describe-time.ts';
import { endHost } from './end-host.ts';
import { approveForSchedule } from '../schedules/approve-for-schedule.ts';
import { moveOpening } from '../schedules/set-opening.ts';
import type { StoreTransaction } from '../store/open-store.ts';
import { approveJob, endWaiting } from './control-job.ts';
import { lockJob } from './job-rows.ts';
import type { Job } from './job-rows.ts';
import { mayApprove } from './may-approve.ts';
import { addPlans, dropOrphanedPlans, settlePlans } from './plan-job.ts';
import { settleJobs } from './settle-job.ts';

type Context = {
  readonly fleet: Fleet;
  readonly transaction: StoreTransaction;
  readonly at: number;
  readonly isTidy: boolean;
};

/** `cancelled`: some of its leases may be open still. */
const advanced: readonly JobState[] = [
  'draft',
  'planning',
  'planned',
  'approved',
  'running',
  'paused',
  'halted',
  'cancelled',
];

/**
 * @param isTidy also looks which lists hosts of jobs have now, which takes a while for large ones
 * @throws AggregateError for jobs that could not go on, after all others
 */
export async function advanceJobs(fleet: Fleet, isTidy = true): Promise<void> {
  const rows = await fleet.store.queries
    .selectFrom('jobs')
    .select(['id'])
    .where((eb) =>
      eb.or([
        eb('state', 'in', advanced.slice(0, -1)),
        eb.and([eb('state', '=', 'cancelled'), eb('openLeases', '>', 0)]),
      ]),
    )
    .orderBy('id')
    .execute();
  const faults: unknown[] = [];
  for (const { id } of rows) {
    const turn = fleet.store.transaction((transaction) => advance({ fleet, transaction, at: fleet.now(), isTidy }, id));
    await turn.catch((error: unknown) => faults.push(new Error(`job ${id} could not go on`, { cause: error })));
    await nextTurn();
  }
  if (faults.length > 0) throw new AggregateError(faults, `${faults.length} jobs could not go on; the others did`);
}

async function advance(context: Context, id: number): Promise<void> {
  const { fleet, transaction, at } = context;
  const job = await lockJob(fleet.store, transaction, id);
  await loseHosts(context, job);
  await moveOpening(context, job);
  await askAnew(context, job);
  if (job.state === 'planned') await approveBeforehand(context, job);
  if (at >= job.expiresAt) await expire(context, job);
  await settleJobs({ store: fleet.store, transaction, at }, [id]);
}

/** By one yes: a job that its schedule has approved is planned no more. */
async function approveBeforehand(context: Context, job: Job): Promise<void> {
  const { fleet, transaction, at } = context;
  const { id, createdBy: by } = job;
  if (job.spec.approval !== 'given') return job.schedule === null ? undefined : approveForSchedule(context, job);
  if (await mayApprove(transaction, by)) {
    await approveJob({ store: fleet.store, transaction, at, by }, id, true);
    return;
  }
  const reason = `it waits for a person: ${by}, who made it, may not approve any more`;
  if (reason !== job.reason) await transaction.updateTable('jobs').set({ reason }).where('id', '=', id).execute();
}

/** A host that says nothing for its lease counts as lost. */
async function loseHosts({ transaction, at }: Context, job: Job): Promise<void> {
  const rows = await transaction
    .selectFrom('jobHosts')
    .select(['job', 'host', 'ring', 'state'])
    .where('job', '=', job.id)
    .where('state', 'in', [...openStates])
    .where('leaseUntil', '<=', at)
    .orderBy('host')
    .execute();
  const silence = durationText(job.spec.rollout.leaseSeconds);
  for (const row of rows) {
    const reason = `it has said nothing for ${silence}; it was ${row.state}`;
    await endHost({ transaction, at }, { job, row, change: { state: 'lost', reason } });
  }
}

/** The host that was asked may never come again, also of a job that runs; or lists may have changed since. */
const ASKED_ANEW_MS = 15 * 60_000;

async function askAnew({ transaction, at, isTidy }: Context, job: Job): Promise<void> {
  await transaction
    .updateTable('jobPlans')
    .set({ state: 'waiting', text: 'the host that was asked has not answered' })
    .where('job', '=', job.id)
    .where('state', '=', 'asked')
    .where('askedAt', '<=', at - ASKED_ANEW_MS)
    .execute();
  if (!isTidy || job.state !== 'planning') return;
  await addPlans(transaction, job.id);
  await dropOrphanedPlans(transaction, job.id);
  await settlePlans(transaction, job);
}

/** What nobody has approved in its time is not waited for. */
async function expire(context: Context, job: Job): Promise<void> {
  const { transaction, at } = context;
  if (job.state === 'cancelled') return;
  const isApproved = job.approvedAt !== null;
  const reason = isApproved ? 'it did not come before the job ended' : 'nobody approved the job in time';
  await endWaiting(context, job.id, { state: 'skipped', reason });
  if (isApproved) return;
  await transaction
    .updateTable('jobs')
    .set({ state: 'cancelled', reason: 'nobody approved it in time', endedAt: at })
    .where('id', '=', job.id)
    .execute();
}
