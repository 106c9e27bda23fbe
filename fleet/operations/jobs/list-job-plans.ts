// What each kind of inventory would change, a page at a time. In: a job. Out: its plans, in the order in which they were made. Never:
// changes anything; reads all of them at once, as a job can have as many as hosts.
import { z } from 'zod';
import { listJobPlans } from '../../../contract/fleet/api/jobs.ts';
import { parseJsonEdge } from '../../../lib/parse-edge.ts';
import { readChanges, readJob } from '../../jobs/job-rows.ts';
import type { Queries } from '../../store/open-store.ts';
import { implement } from '../implement.ts';
import { OperationError } from '../operation-error.ts';

export const plansOfJob = implement(listJobPlans, async ({ store: { queries } }, { job, after = '0', limit }) => {
  await readJob(queries, job);
  const rows = await selectPlans(queries, job)
    .where('jobPlans.id', '>', readCursor(after))
    .orderBy('jobPlans.id')
    .limit(limit + 1)
    .execute();
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  const total = await countPlans(queries, job);
  return { total, ...(last === undefined ? {} : { next: `${last.id}` }), plans: shown.map(describePlan) };
});

function readCursor(after: string): number {
  if (/^\d{1,15}$/.test(after)) return Number(after);
  throw new OperationError('bad-input', `after=${after.slice(0, 50)} is none that an answer gave`);
}

/** With the name of the host that simulates. */
export const selectPlans = (queries: Queries, job: number) =>
  queries
    .selectFrom('jobPlans')
    .leftJoin('hosts', 'hosts.id', 'jobPlans.askedOf')
    .selectAll('jobPlans')
    .select('hosts.name')
    .where('jobPlans.job', '=', job);

export async function countPlans(queries: Queries, job: number): Promise<number> {
  const plans = queries.selectFrom('jobPlans').where('job', '=', job);
  return (await plans.select(({ fn }) => fn.countAll<number>().as('plans')).executeTakeFirstOrThrow()).plans;
}

type PlanRow = Awaited<ReturnType<ReturnType<typeof selectPlans>['execute']>>[number];

const staysSchema = z.array(z.object({ name: z.string(), why: z.string() }));

export const describePlan = ({ name, ...plan }: PlanRow) => ({
  ...plan,
  state: plan.state as 'planned',
  askedOf: name ?? plan.askedOf,
  changes: readChanges(plan.changesJson),
  stays: parseJsonEdge(staysSchema, plan.staysJson, 'a plan of the store'),
});
