// Jobs that have not ended, and change hosts only within a window. In: a store. Out: numbers and names. Never: changes anything.
import type { JobState } from '../../contract/fleet/jobs/job.ts';
import { withSpec } from '../jobs/job-rows.ts';
import type { Queries } from '../store/open-store.ts';

export type WindowedJob = { readonly id: number; readonly window: string };

const ended: readonly JobState[] = ['done', 'cancelled'];

/** By their numbers. */
export async function unendedJobsWithWindows(queries: Queries): Promise<WindowedJob[]> {
  const jobs = queries.selectFrom('jobs').selectAll().where('windowZone', 'is not', null);
  const rows = await jobs.where('state', 'not in', ended).orderBy('id').execute();
  return rows.flatMap((row) => {
    const { window } = withSpec(row).spec.rollout;
    return window === undefined ? [] : [{ id: row.id, window }];
  });
}
