// Has a job planned, and waits until it is. In: a job's number. Out: the job with its plans. Never: approves anything.
import { showHost } from '../../../contract/fleet/api/hosts.ts';
import { listJobHosts, planJob } from '../../../contract/fleet/api/jobs.ts';
import type { FleetClient } from '../../../fleet/api/api-client.ts';
import type { Job } from '../output/job-text.ts';
import { agoText } from '../output/times.ts';
import { awaitJob } from './await-job.ts';

export type Planning = {
  readonly client: FleetClient;
  readonly id: number;
  readonly timeoutSeconds: number;
};

/** @throws UserError when the time is over */
export async function awaitPlan({ client, id, timeoutSeconds }: Planning): Promise<Job> {
  await client.ask(planJob, { job: id });
  return awaitJob({
    client,
    id,
    timeoutSeconds,
    isOver: ({ state }) => state !== 'draft' && state !== 'planning',
    describe: async (job) => planProgress(job, await findDue(client, job)),
    next: `gutinteg fleet plan ${id} waits for its plan`,
  });
}

type Due = { readonly host: string; readonly isAsked: boolean; readonly nextDueAt: number | null };

/** Of the hosts that are to simulate, the one that is asked first; before that, one that could be. */
async function findDue(client: FleetClient, { id, plans }: Job): Promise<Due | undefined> {
  const asked = plans.find(({ state }) => state === 'asked')?.askedOf;
  const reference = asked ?? (await client.ask(listJobHosts, { job: id, state: 'waiting', limit: 1 })).hosts[0]?.id;
  if (reference === undefined) return undefined;
  const { name, nextDueAt } = await client.ask(showHost, { host: reference });
  return { host: name, isAsked: asked !== undefined, nextDueAt };
}

/** `job 7 planning: 3 of 12 kinds of inventory are simulated; web1 is asked, and is due in 12 min`. */
export function planProgress({ id, reason }: Job, due: Due | undefined): string {
  const known = `job ${id} planning${reason === '' ? '' : `: ${reason}`}`;
  if (due === undefined) return known;
  const when = due.nextDueAt === null ? 'has never checked in' : `is due ${agoText(due.nextDueAt, Date.now())}`;
  const who = due.isAsked ? `${due.host} is asked, and ${when}` : `${due.host}, for one, ${when}`;
  return `${known}; ${who} (gutinteg fleet push ${due.host} makes it come now)`;
}
