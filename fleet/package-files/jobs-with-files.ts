// Jobs that need package files. In: a store. Out: the SHA-256 of the files, and the jobs. Never: counts a job that has ended.
import { filesOfAction } from '../jobs/action-kinds.ts';
import { withSpec } from '../jobs/job-rows.ts';
import type { Queries } from '../store/open-store.ts';

export async function findJobsWithFiles(queries: Queries): Promise<Map<string, number[]>> {
  const rows = await queries
    .selectFrom('jobs')
    .selectAll()
    .where('state', 'not in', ['done', 'cancelled'])
    .where('specJson', 'like', '%"sha256"%')
    .execute();
  const jobs = new Map<string, number[]>();
  for (const { id, spec } of rows.map(withSpec)) {
    for (const { sha256 } of filesOfAction(spec.action)) jobs.set(sha256, [...(jobs.get(sha256) ?? []), id]);
  }
  return jobs;
}
