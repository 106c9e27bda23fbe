// What people decide about a job: that it begins, waits, goes on, or ends. In: a job, who says so. Out: its row, and those of hosts
// that have not begun. Never: takes an order back that a host has; open leases end by themselves.
import type { JobHostState, JobState } from '../../contract/fleet/jobs/job.ts';
import { badStates } from '../../contract/fleet/jobs/job.ts';
import type { jobCommands } from '../../contract/fleet/api/jobs.ts';
import { mayAct } from '../../contract/fleet/operation.ts';
import { OperationError } from '../operations/operation-error.ts';
import type { Change } from '../operations/implement.ts';
import { countOf, sumCounts } from './decide-job.ts';
import { lockJob } from './job-rows.ts';
import type { Job } from './job-rows.ts';
import { countMoved } from './move-host.ts';
import { setOpening } from '../schedules/set-opening.ts';
import { readRings, settleJobs } from './settle-job.ts';

type Context = Pick<Change, 'store' | 'transaction' | 'at'> & { readonly by: string };
type ControlContext = Context & Pick<Change, 'actor'>;

/** @throws OperationError when it is not planned, or hosts would be left out and nobody has said that they may be */
export async function approveJob(context: Context, id: number, despiteRefusals: boolean): Promise<JobState> {
  const { store, transaction, by, at } = context;
  const job = await lockJob(store, transaction, id);
  const isReady = job.state === 'planned' || (job.state === 'planning' && despiteRefusals);
  if (!isReady) throw notNow(job, 'approved', job.state === 'draft' ? `gutinteg fleet plan ${id}` : undefined);
  if (!despiteRefusals) await refuseIfRefused(context, id);
  const { windowFrom } = await setOpening(context, job);
  // A window may open in a month only.
  const expiresAt = Math.max(at, windowFrom ?? at) + job.spec.rollout.expiresAfterSeconds * 1000;
  await setJob(context, id, { state: 'approved', reason: '', approvedBy: by, approvedAt: at, expiresAt });
  return settle(context, id);
}

async function refuseIfRefused({ transaction }: Context, id: number): Promise<void> {
  const plans = transaction.selectFrom('jobPlans').select(['hosts', 'text']).where('job', '=', id);
  const refused = await plans.where('state', 'in', ['refused', 'failed']).orderBy('hosts', 'desc').execute();
  const [first] = refused;
  if (first === undefined) return;
  const hosts = refused.reduce((sum, plan) => sum + plan.hosts, 0);
  throw new OperationError('conflict', `${hosts} hosts of job ${id} cannot do it: ${first.text}; nothing was changed`, {
    hint: `gutinteg fleet approve ${id} --despite-refusals leaves them out`,
  });
}

type Command = (typeof jobCommands)[number];

const commands: { readonly [command in Command]: { readonly from: readonly JobState[]; readonly past: string } } = {
  pause: { from: ['approved', 'running'], past: 'paused' },
  halt: { from: ['approved', 'running', 'paused'], past: 'halted' },
  resume: { from: ['paused', 'halted'], past: 'resumed' },
  cancel: { from: ['draft', 'planning', 'planned', 'approved', 'running', 'paused', 'halted'], past: 'cancelled' },
};

/** @param why in words; without it, who did it @throws OperationError when the job is not in a state for it */
export async function controlJob(
  context: ControlContext,
  id: number,
  { command, why }: { command: Command; why?: string | undefined },
) {
  const { store, transaction, by } = context;
  const job = await lockJob(store, transaction, id);
  const { from, past } = commands[command];
  if (!from.includes(job.state)) throw notNow(job, past);
  const reason = `${past} by ${by}${why === undefined ? '' : `: ${why}`}`;
  if (command === 'resume') await letGoOn(context, job);
  else if (command === 'cancel') await cancel(context, job, reason);
  else await setJob(context, id, { state: command === 'pause' ? 'paused' : 'halted', reason });
  return settle(context, id);
}

/** What has failed until now does not halt it again: a yes like an approval, so only those may give it who approve. */
async function letGoOn(context: ControlContext, job: Job): Promise<void> {
  const { name, role } = context.actor;
  if (job.state === 'halted' && !mayAct(role, 'approver')) {
    throw new OperationError(
      'denied',
      `job ${job.id} has halted, and to let it go on needs the role approver; ${name} is ${role}; nothing was changed`,
    );
  }
  const counts = sumCounts((await readRings(context.transaction, job.id)).map((ring) => ring.counts));
  const pardoned = job.state === 'halted' ? countOf(counts, badStates) : job.pardoned;
  await setJob(context, job.id, { state: job.startedAt === null ? 'approved' : 'running', reason: '', pardoned });
}

async function cancel(context: Context, job: Job, reason: string): Promise<void> {
  await endWaiting(context, job.id, { state: 'skipped', reason: 'the job was cancelled' });
  await setJob(context, job.id, { state: 'cancelled', reason, endedAt: context.at });
}

/** All hosts that have not begun; the caller has locked the job. */
export async function endWaiting(
  { transaction, at }: Pick<Context, 'transaction' | 'at'>,
  job: number,
  { state, reason }: { readonly state: JobHostState; readonly reason: string },
): Promise<void> {
  const waiting = await transaction
    .selectFrom('jobCounts')
    .select(['ring', 'hosts'])
    .where('job', '=', job)
    .where('state', '=', 'waiting')
    .where('hosts', '>', 0)
    .execute();
  if (waiting.length === 0) return;
  const rows = transaction.updateTable('jobHosts').set({ state, reason, since: at }).where('job', '=', job);
  await rows.where('state', '=', 'waiting').execute();
  for (const { ring, hosts } of waiting)
    await countMoved(transaction, { job, ring, from: 'waiting', to: state, hosts, at });
}

const notNow = ({ id, state }: Job, past: string, hint?: string): OperationError =>
  new OperationError('conflict', `job ${id} is ${state}, so it cannot be ${past}; nothing was changed`, {
    hint: hint ?? `gutinteg fleet job ${id}`,
  });

type JobColumns = Partial<
  Pick<Job, 'state' | 'reason' | 'approvedBy' | 'approvedAt' | 'expiresAt' | 'endedAt' | 'pardoned'>
>;

const setJob = ({ transaction }: Context, id: number, columns: JobColumns) =>
  transaction.updateTable('jobs').set(columns).where('id', '=', id).execute();

async function settle({ store, transaction, at }: Context, id: number): Promise<JobState> {
  await settleJobs({ store, transaction, at }, [id]);
  const row = await transaction.selectFrom('jobs').select('state').where('id', '=', id).executeTakeFirstOrThrow();
  return row.state;
}
