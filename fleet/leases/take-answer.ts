// A host's word about an order. In: the task that it is about, the message. Out: the host's place in the job, or a plan, as it is now.
// A word that comes twice, late, or about an order that nobody knows changes nothing. Never: believes that it is done.
import type { PackageChangeRecord } from '../../contract/fleet/jobs/action.ts';
import type { OrderResult } from '../../contract/fleet/jobs/order-report.ts';
import type { Message } from '../../contract/fleet/tasks.ts';
import { decideAnswer, isOpen } from '../jobs/decide-answer.ts';
import type { AnswerStep } from '../jobs/decide-answer.ts';
import { readChanges } from '../jobs/job-rows.ts';
import type { Job, JobHostRow } from '../jobs/job-rows.ts';
import { endHost } from '../jobs/end-host.ts';
import { moveHost } from '../jobs/move-host.ts';
import { takeSimulation } from './take-simulation.ts';
import type { Work } from './work.ts';

export type OrderAnswer = {
  /** The row of `tasks`. */
  readonly task: number;
  readonly message: Message;
};

/** Jobs that answers are about; each must be locked before `takeAnswer`. */
export async function findAnsweredJobs(
  { transaction, host }: Work,
  answers: readonly OrderAnswer[],
): Promise<number[]> {
  if (answers.length === 0) return [];
  const tasks = answers.map(({ task }) => task);
  const hosts = transaction.selectFrom('jobHosts').select('job').where('host', '=', host.id).where('task', 'in', tasks);
  const plans = transaction.selectFrom('jobPlans').select('job').where('task', 'in', tasks);
  return [...(await hosts.execute()), ...(await plans.execute())].map(({ job }) => job);
}

export async function takeAnswer(work: Work, jobs: ReadonlyMap<number, Job>, answer: OrderAnswer): Promise<void> {
  const { transaction, host } = work;
  const { task, message } = answer;
  const rows = transaction.selectFrom('jobHosts').selectAll().where('host', '=', host.id).where('task', '=', task);
  const row = await rows.executeTakeFirst();
  if (row !== undefined) {
    const job = jobs.get(row.job);
    const step = decideAnswer(row.state, message);
    if (job !== undefined && step !== undefined) await takeStep(work, { job, row, step });
    return;
  }
  const plan = await transaction.selectFrom('jobPlans').selectAll().where('task', '=', task).executeTakeFirst();
  const job = plan === undefined ? undefined : jobs.get(plan.job);
  if (plan !== undefined && job !== undefined) await takeSimulation(work, { job, plan, message });
}

type Step = { readonly job: Job; readonly row: JobHostRow; readonly step: AnswerStep };

async function takeStep(work: Work, { job, row, step }: Step): Promise<void> {
  const { state, reason, result } = step;
  const isOver = job.state === 'done' || job.state === 'cancelled';
  if (state === 'waiting' && !isOver) return moveHost(work.transaction, row, { state, reason, at: work.at });
  const columns = result === undefined ? {} : await reportColumns(work, row, result);
  // Of a job that is over, there is no next turn.
  const change = { state: state === 'waiting' ? ('refused' as const) : state, reason, ...columns };
  if (!isOpen(state) && state !== 'lost') return endHost(work, { job, row, change });
  // Never shortened: that of a host that waits for its window is longer.
  const renewed = Math.max(row.leaseUntil ?? 0, work.at + job.spec.rollout.leaseSeconds * 1000);
  const leaseUntil = isOpen(state) ? renewed : null;
  return moveHost(work.transaction, row, { ...change, leaseUntil, at: work.at });
}

/** Of a host that did what was planned, the changes are those of the plan: 110,000 copies of them would fill the disk. */
async function reportColumns({ transaction }: Work, { plan }: JobHostRow, { changes, ...result }: OrderResult) {
  const planned =
    plan === null
      ? undefined
      : await transaction.selectFrom('jobPlans').select('changesJson').where('id', '=', plan).executeTakeFirst();
  const isAsPlanned = planned === undefined ? changes.length === 0 : areSame(changes, readChanges(planned.changesJson));
  const { output } = result;
  return {
    changesJson: isAsPlanned ? null : JSON.stringify(changes),
    resultJson: JSON.stringify({ ...result, output: result.outcome === 'done' ? '' : output }),
  };
}

/** In whatever order. */
function areSame(left: readonly PackageChangeRecord[], right: readonly PackageChangeRecord[]): boolean {
  const textOf = (changes: readonly PackageChangeRecord[]): string =>
    changes
      .map(({ name, arch, before, after }) => JSON.stringify([name, arch, before, after]))
      .toSorted()
      .join();
  return left.length === right.length && textOf(left) === textOf(right);
}
