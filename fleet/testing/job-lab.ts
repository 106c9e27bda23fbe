// A fleet with hosts that have packages and executors, for tests of jobs. In: how many, and what they have. Out: hosts that come when
// a test says so, and operations as an admin calls them.
import { advanceJobs } from '../jobs/advance-jobs.ts';
import { callOperation, findOperation } from '../operations/call-operation.ts';
import type { Actor, Fleet } from '../fleet.ts';
import type { InputOf, Operation, OutputOf } from '../../contract/fleet/operation.ts';
import * as api from '../../contract/fleet/api/jobs.ts';
import type { actionSchema } from '../../contract/fleet/jobs/action.ts';
import type { z } from 'zod';
import type { StorePlace } from '../store/open-store.ts';
import { joinJobHost } from './job-host.ts';
import type { JobHost, JobHostOptions } from './job-host.ts';
import { openTestFleet } from './test-fleet.ts';

const local: Actor = { name: 'local', role: 'admin' };
const upgradeSsl: z.input<typeof actionSchema> = { do: 'upgrade', packages: [{ name: 'openssl' }] };

type JobSpecInput = z.input<typeof api.createJob.input>;

export type JobLabOptions = Partial<JobHostOptions> & { readonly place?: StorePlace; readonly count: number };

export type JobLab = Awaited<ReturnType<typeof openJobLab>>;

/** Hosts are `h01`, `h02`, …, each of which has openssl 1 and the candidate 2, unless told otherwise, and has reported it. */
export async function openJobLab(cleanup: AsyncDisposableStack, { count, place, ...options }: JobLabOptions) {
  const { fleet, clock, token } = await openTestFleet(cleanup, place);
  const packages = { installed: { openssl: '1', bash: '5' }, candidates: { openssl: '2' } };
  const hosts: JobHost[] = [];
  for (let index = 1; index <= count; index += 1) {
    const host = await joinJobHost(fleet, { name: `h${`${index}`.padStart(2, '0')}`, token, ...packages, ...options });
    await host.come();
    hosts.push(host);
  }

  const call = async <O extends Operation>(
    operation: O,
    input: z.input<O['input']>,
    by: Fleet = fleet,
  ): Promise<OutputOf<O>> =>
    (await callOperation(by, findOperation(operation.name), { input, actor: local })) as OutputOf<O>;

  /** A minute later every host comes, one after the other, and then time does what it does. */
  async function round(times = 1): Promise<void> {
    for (let time = 0; time < times; time += 1) {
      clock.ms += 60_000;
      for (const host of hosts) await host.come();
      await advanceJobs(fleet);
    }
  }

  const make = async (spec: Partial<JobSpecInput>): Promise<number> =>
    (await call(api.createJob, { action: upgradeSsl, hosts: 'name~h*', ...spec })).job;

  /** Made, planned by the hosts, and approved. */
  async function begin(
    spec: Partial<JobSpecInput>,
    approval: Partial<InputOf<typeof api.approveJob>> = {},
  ): Promise<number> {
    const job = await make(spec);
    await call(api.planJob, { job });
    await round(2);
    await call(api.approveJob, { job, ...approval });
    return job;
  }

  const show = (job: number) => call(api.showJob, { job });

  /** `STATE: REASON` of each host, by name. */
  async function states(job: number): Promise<Record<string, string>> {
    const { hosts: rows } = await call(api.listJobHosts, { job, limit: 1000 });
    const words = rows.map(({ host, state, reason }) => [host, `${state}: ${reason}`] as const);
    return Object.fromEntries(words.toSorted(([left], [right]) => (left < right ? -1 : 1)));
  }

  return { fleet, clock, token, hosts, call, round, make, begin, show, states };
}
