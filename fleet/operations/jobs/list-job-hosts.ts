// The hosts of a job, a page at a time. In: a job, a state. Out: how far each is, and in words what it waits for or what happened.
// Never: changes anything. Words for what is waited for are made here, so that they are of now.
import * as api from '../../../contract/fleet/api/jobs.ts';
import { openStates } from '../../../contract/fleet/jobs/job.ts';
import type { OrderResult } from '../../../contract/fleet/jobs/order-report.ts';
import { parseJsonEdge } from '../../../lib/parse-edge.ts';
import { decideWait, describeNextCheckIn } from '../../jobs/decide-wait.ts';
import { readChanges, readJob, storedResultSchema } from '../../jobs/job-rows.ts';
import type { Job } from '../../jobs/job-rows.ts';
import type { Queries } from '../../store/open-store.ts';
import { implement } from '../implement.ts';

export const hostsOfJob = implement(
  api.listJobHosts,
  async ({ store: { queries }, now }, { job: id, state, after = '', limit }) => {
    const job = await readJob(queries, id);
    let hosts = select(queries, id);
    if (state !== undefined) hosts = hosts.where('jobHosts.state', '=', state);
    const { total } = await hosts.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
    const [ring = '', host = ''] = after.split(' ');
    if (after !== '') {
      hosts = hosts.where((eb) =>
        eb.or([
          eb('jobHosts.ring', '>', Number(ring) || 0),
          eb.and([eb('jobHosts.ring', '=', Number(ring) || 0), eb('jobHosts.host', '>', host)]),
        ]),
      );
    }
    const rows = await columnsOf(hosts)
      .orderBy('jobHosts.ring')
      .orderBy('jobHosts.host')
      .limit(limit + 1)
      .execute();
    const shown = rows.slice(0, limit);
    const last = rows.length > limit ? shown.at(-1) : undefined;
    const others = await findOtherJobs(
      queries,
      id,
      shown.map((row) => row.host),
    );
    return {
      total,
      ...(last === undefined ? {} : { next: `${last.ring} ${last.host}` }),
      hosts: shown.map((row) => describeHost(job, row, { otherJob: others.get(row.host), nowMs: now() })),
    };
  },
);

const select = (queries: Queries, job: number) =>
  queries
    .selectFrom('jobHosts')
    .leftJoin('hosts', 'hosts.id', 'jobHosts.host')
    .leftJoin('jobPlans', 'jobPlans.id', 'jobHosts.plan')
    .where('jobHosts.job', '=', job);

const columnsOf = (rows: ReturnType<typeof select>) =>
  rows.select([
    'jobHosts.host',
    'jobHosts.ring',
    'jobHosts.state',
    'jobHosts.reason',
    'jobHosts.since',
    'jobHosts.resultJson',
    'jobHosts.changesJson',
    'jobPlans.changesJson as plannedJson',
    'hosts.name',
    'hosts.state as hostState',
    'hosts.lastSeenAt',
    'hosts.nextDueAt',
    'hosts.clockOffset',
    'hosts.installedSet',
    'hosts.candidatesSet',
  ]);

type Row = Awaited<ReturnType<ReturnType<typeof columnsOf>['execute']>>[number];
type Now = { readonly otherJob: number | undefined; readonly nowMs: number };

function describeHost(job: Job, row: Row, now: Now) {
  const { host: id, name, ring, state, since, resultJson } = row;
  const reason = state === 'waiting' ? describeWaiting(job, row, now) : row.reason;
  return {
    host: name ?? id,
    id,
    ring,
    state,
    reason,
    since,
    ...(resultJson === null ? {} : { result: resultOf(row, resultJson) }),
  };
}

function describeWaiting(job: Job, row: Row, { otherJob, nowMs }: Now): string {
  const { hostState, lastSeenAt, clockOffset, nextDueAt, installedSet, candidatesSet } = row;
  const host = {
    state: hostState ?? 'revoked',
    lastSeenAt,
    clockOffset: clockOffset ?? 0,
    hasLists: installedSet !== null && candidatesSet !== null,
    isInSync: true,
  };
  return decideWait({ job, ring: row.ring, host, otherJob }) ?? describeNextCheckIn({ nextDueAt }, nowMs);
}

/** As the host has reported it: what is as planned is stored once. */
function resultOf({ changesJson, plannedJson }: Row, resultJson: string): OrderResult {
  const stored = parseJsonEdge(storedResultSchema, resultJson, 'a result of the store');
  return { ...stored, changes: readChanges(changesJson ?? plannedJson ?? '[]') };
}

async function findOtherJobs(
  queries: Queries,
  job: number,
  hosts: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (hosts.length === 0) return new Map();
  const rows = queries
    .selectFrom('jobHosts')
    .select(['host', 'job'])
    .where('host', 'in', hosts)
    .where('job', '!=', job);
  const open = await rows.where('state', 'in', [...openStates]).execute();
  return new Map(open.map((row) => [row.host, row.job]));
}
