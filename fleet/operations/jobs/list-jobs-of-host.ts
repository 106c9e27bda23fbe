// A host's part in jobs. In: its id. Out: jobs that it has not ended, and the newest that it has. Never: changes anything.
import type { JobHostState } from '../../../contract/fleet/jobs/job.ts';
import { openStates } from '../../../contract/fleet/jobs/job.ts';
import { titleOfAction } from '../../jobs/action-kinds.ts';
import { withSpec } from '../../jobs/job-rows.ts';
import type { Queries } from '../../store/open-store.ts';
import { describeWaiting, findOpenJobs } from './describe-waiting.ts';

const ENDED_JOBS = 10;
const UNENDED_JOBS = 100;
const unended: readonly JobHostState[] = ['waiting', ...openStates];

export async function listJobsOfHost(queries: Queries, id: string, nowMs: number) {
  const host = await queries.selectFrom('hosts').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  const openJob = (await findOpenJobs(queries, [id])).get(id);
  const select = () => queries.selectFrom('jobHosts').selectAll().where('host', '=', id).orderBy('job', 'desc');
  const rows = [
    ...(await select().where('state', 'in', unended).limit(UNENDED_JOBS).execute()),
    ...(await select().where('state', 'not in', unended).limit(ENDED_JOBS).execute()),
  ];
  if (rows.length === 0) return [];
  const ids = rows.map(({ job }) => job);
  const jobs = await queries.selectFrom('jobs').selectAll().where('id', 'in', ids).execute();
  const byId = new Map(jobs.map((job) => [job.id, withSpec(job)]));
  return rows.flatMap(({ job: number, ring, state, reason, since }) => {
    const job = byId.get(number);
    if (job === undefined) return [];
    const waiting = { ...host, hostState: host.state, ring };
    const words = state === 'waiting' ? describeWaiting(job, waiting, { openJob, nowMs }) : reason;
    return [{ job: number, title: titleOfAction(job.spec.action), state, reason: words, since }];
  });
}
