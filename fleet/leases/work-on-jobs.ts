// The part of a check-in that is about jobs. In: a host within its transaction, its answers to orders. Out: what they change; then an
// order or a simulation for it, if it is its turn. Never: decides (fleet/jobs/decide-*.ts); opens more leases than the budget.
// Locks: the host, then jobs in the order of their numbers. So a check-in that has locked a job for an answer gives no order of an
// earlier one: the next check-in, within a minute, does.
import { openStates } from '../../contract/fleet/jobs/job.ts';
import { lockJobIfThere } from '../jobs/job-rows.ts';
import type { Job } from '../jobs/job-rows.ts';
import { settleJobs } from '../jobs/settle-job.ts';
import { giveWork } from './give-work.ts';
import { findAnsweredJobs, takeAnswer } from './take-answer.ts';
import type { OrderAnswer } from './take-answer.ts';
import { findVerifyingJobs, verifyHost } from './verify-host.ts';
import type { Work } from './work.ts';

/** @returns whether the host is to come again soon */
export async function workOnJobs(work: Work, answers: readonly OrderAnswer[]): Promise<boolean> {
  const touched = await lockAll(work, [...(await findAnsweredJobs(work, answers)), ...(await findVerifyingJobs(work))]);
  for (const answer of answers) await takeAnswer(work, touched, answer);
  await verifyHost(work, touched);
  await settleAll(work, touched);
  if (touched.size > 0) return true;
  await giveWork(work);
  return hasOpenOrder(work);
}

/** A document has come: an inventory may be what a job waits for. */
export async function verifyAfterDocument(work: Work): Promise<void> {
  const touched = await lockAll(work, await findVerifyingJobs(work));
  await verifyHost(work, touched);
  await settleAll(work, touched);
}

/** A word about a job of long ago, which was taken away, changes nothing. */
async function lockAll({ fleet, transaction }: Work, ids: readonly number[]): Promise<Map<number, Job>> {
  const jobs = new Map<number, Job>();
  for (const id of [...new Set(ids)].toSorted((left, right) => left - right)) {
    const job = await lockJobIfThere(fleet.store, transaction, id);
    if (job !== undefined) jobs.set(id, job);
  }
  return jobs;
}

const settleAll = ({ fleet, transaction, at }: Work, jobs: ReadonlyMap<number, Job>): Promise<void> =>
  settleJobs({ store: fleet.store, transaction, at }, jobs.keys());

async function hasOpenOrder({ transaction, host }: Work): Promise<boolean> {
  const rows = transaction.selectFrom('jobHosts').select('job').where('host', '=', host.id);
  return (
    (await rows
      .where('state', 'in', [...openStates])
      .limit(1)
      .executeTakeFirst()) !== undefined
  );
}
