// A host has said what an action would change there. In: the plan that it was asked for, its message. Out: the plan, for all hosts with
// these lists. Once the job is approved, only what somebody has approved is let through. That it cannot be done, or that there is nothing
// to do, ends the job for all of them: it counts when a second host says so, too.
import type { PackageChangeRecord } from '../../contract/fleet/jobs/action.ts';
import type { Message } from '../../contract/fleet/tasks.ts';
import { describeUnapproved } from '../jobs/decide-fit.ts';
import { readChanges } from '../jobs/job-rows.ts';
import type { Job, JobPlanRow } from '../jobs/job-rows.ts';
import { settlePlans } from '../jobs/plan-job.ts';
import type { StoreTransaction } from '../store/open-store.ts';
import type { Work } from './work.ts';

type Simulated = { readonly job: Job; readonly plan: JobPlanRow; readonly message: Message };

export async function takeSimulation(work: Work, { job, plan, message }: Simulated): Promise<void> {
  const outcome = outcomeOf(message);
  if (outcome === undefined) return;
  const { installedDigest, candidatesDigest } = plan;
  const { host } = work;
  const isOfPlan = host.announcedInstalled === installedDigest && host.announcedCandidates === candidatesDigest;
  // What it said is of other lists than those of the plan: the next host with these is asked.
  const stale = { state: 'waiting', text: 'the host that was asked has changed meanwhile' };
  const columns = isOfPlan ? await hearAnother(work, plan, outcome) : stale;
  await setPlan(work.transaction, job, { plan: plan.id, columns });
}

const ANOTHER_IS_ASKED = 'another host is asked';

/** What another host has said once is said for the second time now. */
export const isDoubted = ({ text }: Pick<JobPlanRow, 'text'>): boolean => text.endsWith(ANOTHER_IS_ASKED);

/** A plan with changes needs none: each host compares it with what it would do itself. */
async function hearAnother({ transaction, host }: Work, plan: JobPlanRow, outcome: PlanColumns): Promise<PlanColumns> {
  const changesNothing = outcome.state !== 'planned' || outcome.changesJson === '[]';
  if (!changesNothing || plan.hosts < 2 || isDoubted(plan)) return outcome;
  const row = await transaction.selectFrom('hosts').select('name').where('id', '=', host.id).executeTakeFirst();
  const why = outcome.text === '' ? 'that there is nothing to change' : outcome.text;
  return { state: 'waiting', text: `${row?.name ?? host.id} says: ${why}; ${ANOTHER_IS_ASKED}` };
}

type PlanColumns = { readonly state: string; readonly text: string; readonly changesJson?: string };

/** @returns undefined for a word that is no end */
function outcomeOf(message: Message): PlanColumns | undefined {
  if (message.kind === 'failed') return { state: 'failed', text: message.message };
  if (message.kind !== 'order-ended') return undefined;
  const { outcome, text, changes } = message.result;
  if (outcome === 'simulated') return { state: 'planned', text, changesJson: JSON.stringify(changes) };
  return { state: outcome === 'refused' ? 'refused' : 'failed', text: text === '' ? 'it could not simulate' : text };
}

/** The caller has locked the job. */
export async function setPlan(
  transaction: StoreTransaction,
  job: Job,
  { plan, columns }: { plan: number; columns: PlanColumns & { readonly staysJson?: string } },
): Promise<void> {
  const changes = columns.changesJson === undefined ? [] : readChanges(columns.changesJson);
  const unapproved = job.approvedAt === null ? undefined : await findUnapproved(transaction, job.id, changes);
  const stopped = unapproved === undefined ? {} : { state: 'refused', text: unapproved };
  await transaction
    .updateTable('jobPlans')
    .set({ ...columns, ...stopped })
    .where('id', '=', plan)
    .execute();
  await settlePlans(transaction, job);
}

/** Plans of after the approval were let through by the same rule, so they add nothing. */
async function findUnapproved(transaction: StoreTransaction, job: number, changes: readonly PackageChangeRecord[]) {
  if (changes.length === 0) return undefined;
  const approved = transaction.selectFrom('jobPlans').select('changesJson').distinct().where('job', '=', job);
  const rows = await approved.where('state', '=', 'planned').execute();
  return describeUnapproved(
    changes,
    rows.map(({ changesJson }) => readChanges(changesJson)),
  );
}
