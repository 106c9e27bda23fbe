// One host simulates for all that have the same two lists. In: a host that has checked in, a job that is locked. Out: a simulation
// for it, unless another host has been asked. Never: changes anything on the host.
import { readList } from '../inventories/read-list.ts';
import { readAction } from '../jobs/job-rows.ts';
import type { Job, JobPlanRow } from '../jobs/job-rows.ts';
import { findStaying, planAction } from '../orders/plan-action.ts';
import { makeOrder } from '../orders/make-order.ts';
import { isDoubted, setPlan } from './take-simulation.ts';
import type { Work } from './work.ts';

/** Which hosts of a job do the same, by `jobVariants`. */
export type JobPart = { readonly job: number; readonly variant: string };

const planOf = ({ host: { packageSystem: system, installedDigest, candidatesDigest } }: Work, part: JobPart) => ({
  ...part,
  system,
  installedDigest,
  candidatesDigest,
});

/** The plan of this host's lists. */
export function findPlan({ transaction, host }: Work, { job, variant }: JobPart): Promise<JobPlanRow | undefined> {
  return transaction
    .selectFrom('jobPlans')
    .selectAll()
    .where('job', '=', job)
    .where('variant', '=', variant)
    .where('installedDigest', '=', host.installedDigest)
    .where('candidatesDigest', '=', host.candidatesDigest)
    .where('system', '=', host.packageSystem)
    .executeTakeFirst();
}

/** So long, a second host is waited for; then the first one is asked once more. */
const SECOND_WITHIN_MS = 15 * 60_000;

const isOwnDoubt = ({ host, at }: Work, plan: JobPlanRow): boolean =>
  isDoubted(plan) && plan.askedOf === host.id && at < (plan.askedAt ?? 0) + SECOND_WITHIN_MS;

/** @returns whether the host got the simulation: where its lists have nothing to do with the action, there is nothing to ask */
export async function askForPlan(work: Work, job: Job, variant: string): Promise<boolean> {
  const { fleet, transaction, at, host } = work;
  const part = { job: job.id, variant };
  const known = await findPlan(work, part);
  if (known !== undefined && isOwnDoubt(work, known)) return false;
  const { id: plan } = known ?? (await addPlan(work, part));
  const list = host.candidatesSet === null ? undefined : await readList(transaction, host.candidatesSet);
  const candidates = list?.items ?? [];
  const asked = await readAction(transaction, job, variant);
  const staysJson = JSON.stringify(findStaying(asked, candidates).slice(0, MOST_STAYING));
  const action = planAction(asked, candidates);
  if (action === undefined) {
    const nothing = { state: 'planned', text: '', changesJson: '[]', staysJson };
    await setPlan(transaction, job, { plan, columns: nothing });
    return false;
  }
  const endsAt = at + job.spec.rollout.leaseSeconds * 1000;
  const order = await makeOrder(
    { fleet, transaction, at },
    { host: host.id, job: job.id, simulate: true, action, endsAt },
  );
  const task = await work.issue(order);
  await transaction
    .updateTable('jobPlans')
    .set({ state: 'asked', askedOf: host.id, askedAt: at, task, staysJson })
    .where('id', '=', plan)
    .execute();
  return true;
}

const MOST_STAYING = 1000;

/** Of lists that no host of the job had when it was planned. */
function addPlan(work: Work, part: JobPart): Promise<{ id: number }> {
  const empty = { hosts: 1, state: 'waiting', askedOf: '', changesJson: '[]', staysJson: '[]', text: '' };
  return work.transaction
    .insertInto('jobPlans')
    .values({ ...planOf(work, part), ...empty })
    .returning('id')
    .executeTakeFirstOrThrow();
}
