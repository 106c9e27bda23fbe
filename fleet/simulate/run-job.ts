// A job for all simulated hosts of a server, from its making to its end. In: a client, what it does, where it stops. Out: how it ended. Never:
// lets hosts come; somebody else does meanwhile.
import { setTimeout as pause } from 'node:timers/promises';
import type { z } from 'zod';
import { approveJob, createJob, planJob, showJob } from '../../contract/fleet/api/jobs.ts';
import type { JobHostState, JobState } from '../../contract/fleet/jobs/job.ts';
import type { FleetClient } from '../api/api-client.ts';
import { SIMULATED_SITE } from './population.ts';

export type JobEnd = {
  readonly job: number;
  readonly title: string;
  /** `running` when the time was over first. */
  readonly state: JobState;
  readonly reason: string;
  readonly hosts: number;
  readonly budget: number;
  /** Hosts in each state. */
  readonly counts: { readonly [state in JobHostState]?: number | undefined };
  /** Until it was made, and until it was seen to have ended. */
  readonly madeSeconds: number;
  readonly seconds: number;
};

type JobSpecInput = z.input<(typeof createJob)['input']>;

const LOOKS_MS = 500;
const ENDED: ReadonlySet<JobState> = new Set(['done', 'halted', 'cancelled']);

/** It begins as soon as it is planned. @param spec of all simulated hosts, unless it says of which */
export async function runJob(
  client: FleetClient,
  spec: Pick<JobSpecInput, 'action' | 'rollout'> & Partial<Pick<JobSpecInput, 'hosts'>>,
  signal: AbortSignal,
): Promise<JobEnd> {
  const began = performance.now();
  const since = (): number => Math.round((performance.now() - began) / 10) / 100;
  const { job, hosts } = await client.ask(createJob, { hosts: `site=${SIMULATED_SITE}`, ...spec });
  const madeSeconds = since();
  await client.ask(planJob, { job });
  for (;;) {
    const { title, state, reason, budget, counts } = await client.ask(showJob, { job });
    if (state === 'planned') await client.ask(approveJob, { job, despiteRefusals: true });
    if (ENDED.has(state) || signal.aborted) {
      return { job, title, state, reason, hosts, budget, counts, madeSeconds, seconds: since() };
    }
    await pause(LOOKS_MS, undefined, { signal }).catch(() => {});
  }
}
