// Waits until a job has ended, and says how. In: a job's number. Out: text, and an exit code: 0 every host is as wanted, 1 it was
// stopped, 3 it has ended and some hosts are not as wanted. Never: stops or goes on with anything.
import { listJobHosts } from '../../../contract/fleet/api/jobs.ts';
import { openStates } from '../../../contract/fleet/jobs/job.ts';
import type { JobState } from '../../../contract/fleet/jobs/job.ts';
import type { FleetClient } from '../../../fleet/api/api-client.ts';
import { countOf } from '../../../machdb/views/printable.ts';
import { countIn, countsText, jobHostLines, progressText, unwantedStates } from '../output/job-text.ts';
import type { Job } from '../output/job-text.ts';
import { agoText } from '../output/times.ts';
import { print } from '../output/print.ts';
import { awaitJob } from './await-job.ts';

/** Nothing goes on in these by itself. */
const ENDED: ReadonlySet<JobState> = new Set(['draft', 'planned', 'halted', 'done', 'cancelled']);

export const watchJob = (client: FleetClient, id: number, timeoutSeconds?: number): Promise<Job> =>
  awaitJob({
    client,
    id,
    isOver: ({ state }) => ENDED.has(state),
    describe: async (job) => [progressText(job), ...(await awaitedHost(client, job))].join('; '),
    next: `gutinteg fleet wait ${id} waits again, gutinteg fleet halt ${id} stops it`,
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
  });

/** While hosts are at work, one of them; else the next one, and what it waits for. */
async function awaitedHost(client: FleetClient, { id, counts, state: ofJob }: Job): Promise<string[]> {
  const state =
    ofJob === 'running' ? [...openStates, 'waiting' as const].find((each) => (counts[each] ?? 0) > 0) : undefined;
  if (state === undefined) return [];
  const { hosts } = await client.ask(listJobHosts, { job: id, state, limit: 1 });
  return hosts.slice(0, 1).map(({ host, reason, since }) => {
    if (state === 'waiting') return `${host} waits: ${reason}`;
    return `${host} ${state} ${agoText(since, Date.now())}${reason === '' ? '' : `, ${reason}`}`;
  });
}

/** How a job ended, for the shell. */
export function exitCodeOfJob({ state, counts }: Pick<Job, 'state' | 'counts'>): 0 | 1 | 3 {
  if (state !== 'done') return 1;
  return countIn(counts, unwantedStates) === 0 ? 0 : 3;
}

const MOST_HOSTS = 10;

/** What became of it, and of the hosts with which something is wrong. */
export async function printEnd(client: FleetClient, job: Job): Promise<void> {
  const { id, state, reason, counts } = job;
  // When it is done, its reason is these numbers once more.
  const why = state === 'done' || reason === '' ? '' : `; ${reason}`;
  print([`job ${id} is ${state}: ${countsText(counts)}${why}`]);
  print(await troubleLines(client, job));
  if (state === 'halted') print([`next: gutinteg fleet resume ${id} goes on, gutinteg fleet cancel ${id} ends it`]);
  if (state === 'planned') print([`next: gutinteg fleet approve ${id}, or gutinteg fleet cancel ${id}`]);
  if (state === 'draft') print([`next: gutinteg fleet plan ${id}`]);
}

/** The first of them, in full. */
export async function troubleLines(client: FleetClient, { id, counts, state: ofJob }: Job): Promise<string[]> {
  const lines: string[] = [];
  for (const state of unwantedStates) {
    // Whoever cancels a job knows of the hosts that it left out.
    const total = ofJob === 'cancelled' && state === 'skipped' ? 0 : countIn(counts, [state]);
    if (total === 0) continue;
    const { hosts } = await client.ask(listJobHosts, { job: id, state, limit: MOST_HOSTS });
    lines.push(...hosts.flatMap((host) => jobHostLines(host, Date.now())).map((line) => `  ${line}`));
    const printed = hosts.find(({ result }) => (result?.output ?? '') !== '');
    if (printed !== undefined) {
      lines.push(`  what its package system printed: gutinteg fleet job ${id} --host ${printed.host}`);
    }
    if (total > hosts.length) {
      lines.push(`  ${countOf(total - hosts.length, `more ${state} host`)}: gutinteg fleet job ${id} --only ${state}`);
    }
  }
  return lines.length === 0 ? [] : ['NOT AS WANTED:', ...lines];
}
