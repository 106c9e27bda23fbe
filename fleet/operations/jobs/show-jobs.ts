// Jobs, as people see them. In: inputs of operations. Out: rows with their counts and plans. Never: changes anything.
import * as api from '../../../contract/fleet/api/jobs.ts';
import { titleOfAction } from '../../jobs/action-kinds.ts';
import { soaksUntil, sumCounts } from '../../jobs/decide-job.ts';
import type { HostCounts } from '../../jobs/decide-job.ts';
import { readJob, withSpec } from '../../jobs/job-rows.ts';
import type { Job, JobRow } from '../../jobs/job-rows.ts';
import { readRings } from '../../jobs/settle-job.ts';
import { waitsForWindow } from '../../schedules/next-window.ts';
import type { Queries } from '../../store/open-store.ts';
import { implement } from '../implement.ts';
import { OperationError } from '../operation-error.ts';
import { countPlans, describePlan, selectPlans } from './list-job-plans.ts';

const SHOWN_PLANS = 100;

const list = implement(api.listJobs, async ({ store: { queries }, now }, { state, after, limit }) => {
  const from = after === undefined ? undefined : readCursor(after);
  let jobs = queries.selectFrom('jobs');
  if (state !== undefined) jobs = jobs.where('state', '=', state);
  const { total } = await jobs.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  if (from !== undefined) jobs = jobs.where('id', '<', from);
  const rows = await jobs
    .selectAll()
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
  const shown = rows.slice(0, limit);
  const counts = await countsOf(
    queries,
    shown.map(({ id }) => id),
  );
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return {
    total,
    ...(last === undefined ? {} : { next: `${last.id}` }),
    jobs: shown.map((row) => describeJob(withSpec(row), counts.get(row.id) ?? {}, now())),
  };
});

function readCursor(after: string): number {
  if (/^\d{1,15}$/.test(after)) return Number(after);
  throw new OperationError('bad-input', `after=${after.slice(0, 50)} is none that an answer gave`);
}

async function countsOf(queries: Queries, ids: readonly number[]): Promise<ReadonlyMap<number, HostCounts>> {
  if (ids.length === 0) return new Map();
  const rows = await queries
    .selectFrom('jobCounts')
    .selectAll()
    .where('job', 'in', ids)
    .where('hosts', '>', 0)
    .execute();
  return new Map(
    [...Map.groupBy(rows, ({ job }) => job)].map(([job, counts]) => [
      job,
      sumCounts(counts.map(({ state, hosts }) => ({ [state]: hosts }))),
    ]),
  );
}

const describeJob = (job: Job, counts: HostCounts, nowMs: number) => ({
  ...(job as JobRow),
  reason: job.reason === '' ? (describeWindow(job, nowMs) ?? '') : job.reason,
  title: titleOfAction(job.spec.action),
  note: job.spec.note,
  counts,
});

/** Of a job that may begin: changes wait for its window. */
function describeWindow(job: Job, nowMs: number): string | undefined {
  if (job.state !== 'approved' && job.state !== 'running') return undefined;
  const waits = waitsForWindow(job, nowMs);
  return waits === undefined ? undefined : `it waits for ${waits}`;
}

const show = implement(api.showJob, async ({ store: { queries }, now }, { job: id }) => {
  const job = await readJob(queries, id);
  const rings = await readRings(queries, id);
  const { rollout } = job.spec;
  const undone = await queries
    .selectFrom('jobs')
    .select('id')
    .where('undoes', '=', id)
    .orderBy('id', 'desc')
    .executeTakeFirst();
  return {
    ...describeJob(job, sumCounts(rings.map(({ counts }) => counts)), now()),
    spec: job.spec,
    action: job.spec.action,
    rings: rings
      .filter(({ total }) => total > 0)
      .map((ring) => ({ ...ring, soaksUntil: soaksUntil({ ...job, rollout, rings }, ring.ring, now()) })),
    ...(await readPlans(queries, id)),
    undoneBy: undone?.id ?? null,
  };
});

async function readPlans(queries: Queries, job: number) {
  const plans = await selectPlans(queries, job)
    .orderBy('jobPlans.hosts', 'desc')
    .orderBy('jobPlans.id')
    .limit(SHOWN_PLANS)
    .execute();
  return { planTotal: await countPlans(queries, job), plans: plans.map(describePlan) };
}

export const shownJobs = [list, show];
