// A job as the API shows it, for tests. In: what the test is about. Out: the rest as well.
import type { showJob } from '../../../contract/fleet/api/jobs.ts';
import { jobHostStates, jobSpecSchema } from '../../../contract/fleet/jobs/job.ts';
import type { OutputOf } from '../../../contract/fleet/operation.ts';

type Job = OutputOf<typeof showJob>;
type Plan = Job['plans'][number];

export const sampleCounts = (given: Partial<Job['counts']>): Job['counts'] => ({
  ...(Object.fromEntries(jobHostStates.map((state) => [state, 0])) as Job['counts']),
  ...given,
});

export const samplePlan = (given: Partial<Plan> = {}): Plan => ({
  id: 1,
  hosts: 1,
  state: 'planned',
  askedOf: 'web1',
  changes: [{ name: 'jq', arch: 'amd64', before: '1.6-2', after: '1.6-3' }],
  stays: [],
  text: '',
  ...given,
});

export function sampleJob(given: Partial<Job> = {}): Job {
  const spec = jobSpecSchema.parse({ action: { do: 'upgrade', packages: [{ name: 'jq' }] }, hosts: 'site=north' });
  const plans = given.plans ?? [samplePlan()];
  const total = given.total ?? plans.reduce((sum, { hosts }) => sum + hosts, 0);
  return {
    id: 7,
    state: 'planned',
    reason: '',
    title: 'upgrade jq',
    note: '',
    createdBy: 'ann',
    createdAt: 1_800_000_000_000,
    approvedBy: '',
    startedAt: null,
    endedAt: null,
    schedule: null,
    total,
    counts: sampleCounts({ waiting: total }),
    spec,
    action: spec.action,
    budget: 1,
    rings: [],
    plans,
    planTotal: plans.length,
    undoes: null,
    undoneBy: null,
    ...given,
  };
}
