// Hosts on which a job has failed, and none of later has succeeded. In: queries. Out: words for each. Never: looks at more than the
// hosts that count against a budget.
import { badStates } from '../../contract/fleet/jobs/job.ts';
import { cutText } from '../../lib/cut-text.ts';
import type { Queries } from '../store/open-store.ts';
import { titleOfAction } from './action-kinds.ts';
import { readJob } from './job-rows.ts';

const LONGEST_REASON = 200;

/** @param within ids, at most a thousand; all hosts, unless given @returns by id */
export async function findFailedHosts(
  queries: Queries,
  within?: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  let rows = queries
    .selectFrom('jobHosts')
    .select(['job', 'host', 'state', 'reason'])
    .where('job', 'in', (eb) =>
      eb
        .selectFrom('jobCounts')
        .select('jobCounts.job')
        .where('hosts', '>', 0)
        .where('state', 'in', [...badStates]),
    )
    .where('state', 'in', [...badStates])
    .where((eb) => {
      const later = eb
        .selectFrom('jobHosts as later')
        .select('later.job')
        .whereRef('later.host', '=', 'jobHosts.host')
        .whereRef('later.job', '>', 'jobHosts.job')
        .where('later.state', '=', 'done');
      return eb.not(eb.exists(later));
    });
  if (within !== undefined) rows = rows.where('host', 'in', within);
  const failed = await rows.orderBy('job').execute();
  const titles = new Map<number, string>();
  for (const { job } of failed) {
    if (!titles.has(job)) titles.set(job, titleOfAction((await readJob(queries, job)).spec.action));
  }
  return new Map(failed.map((row) => [row.host, describe(row, titles.get(row.job) ?? '')]));
}

type Failed = { readonly job: number; readonly state: string; readonly reason: string };

const describe = ({ job, state, reason }: Failed, title: string): string =>
  `job ${job} (${title}) ${state === 'lost' ? 'is lost' : 'has failed'} here: ${cutText(reason, LONGEST_REASON)}`;
