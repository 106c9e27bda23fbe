// Has a job planned, and waits until it is. In: a job's number. Out: the job with its plans, and what is to be said of packages that
// would go. Never: approves anything.
import { showHost } from '../../../contract/fleet/api/hosts.ts';
import { planJob } from '../../../contract/fleet/api/jobs.ts';
import type { FleetClient } from '../../../fleet/api/api-client.ts';
import type { Job } from '../output/job-text.ts';
import { agoText } from '../output/times.ts';
import { awaitJob } from './await-job.ts';

export type Planning = {
  readonly client: FleetClient;
  readonly id: number;
  readonly timeoutSeconds: number;
  /** Told of a host that simulates, so that it can be asked for more on the way. */
  readonly onAsked?: (host: string) => Promise<void>;
};

/** @throws UserError when the time is over */
export async function awaitPlan({ client, id, timeoutSeconds, onAsked }: Planning): Promise<Job> {
  await client.ask(planJob, { job: id });
  return awaitJob({
    client,
    id,
    timeoutSeconds,
    isOver: ({ state }) => state !== 'draft' && state !== 'planning',
    describe: async (job) => {
      const due = await firstDue(client, job);
      if (due !== undefined) await onAsked?.(due.host);
      return planProgress(job, due);
    },
    next: `gutinteg fleet plan ${id} waits for its plan`,
  });
}

type Due = { readonly host: string; readonly nextDueAt: number | null };

/** Of the hosts that are to simulate, the one that is asked first. */
async function firstDue(client: FleetClient, { plans }: Job): Promise<Due | undefined> {
  const asked = plans.find(({ state, askedOf }) => (state === 'waiting' || state === 'asked') && askedOf !== '');
  if (asked === undefined) return undefined;
  const { nextDueAt } = await client.ask(showHost, { host: asked.askedOf });
  return { host: asked.askedOf, nextDueAt };
}

/** `job 7 planning: 3 of 12 kinds of lists; web1 says what would change, due in 12 min`. */
export function planProgress({ id, plans, planTotal, reason }: Job, due: Due | undefined): string {
  const open = plans.filter(({ state }) => state === 'waiting' || state === 'asked').length;
  const known = `job ${id} planning: ${(planTotal - open).toLocaleString('en-US')} of ${planTotal.toLocaleString('en-US')} kinds of hosts known`;
  if (due === undefined) return [known, ...(reason === '' ? [] : [reason])].join('; ');
  const when = due.nextDueAt === null ? 'has never checked in' : `is due ${agoText(due.nextDueAt, Date.now())}`;
  return `${known}; ${due.host} is asked, and ${when} (gutinteg fleet push ${due.host} makes it come now)`;
}
