// The hosts of a job, a page at a time. In: a job, a state. Out: how far each is, and in words what it waits for or what happened.
// Never: changes anything. Words for what is waited for are made here, so that they are of now.
import * as api from '../../../contract/fleet/api/jobs.ts';
import type { OrderResult } from '../../../contract/fleet/jobs/order-report.ts';
import { parseJsonEdge } from '../../../lib/parse-edge.ts';
import { findHost } from '../../hosts/find-host.ts';
import { readChanges, readJob, storedResultSchema } from '../../jobs/job-rows.ts';
import type { Job } from '../../jobs/job-rows.ts';
import type { Queries } from '../../store/open-store.ts';
import { implement } from '../implement.ts';
import { describeWaiting, findOpenJobs } from './describe-waiting.ts';

export const hostsOfJob = implement(
  api.listJobHosts,
  async ({ store: { queries }, now }, { job: id, state, host: reference, after = '', limit }) => {
    const job = await readJob(queries, id);
    let hosts = select(queries, id);
    if (state !== undefined) hosts = hosts.where('jobHosts.state', '=', state);
    if (reference !== undefined) {
      hosts = hosts.where('jobHosts.host', '=', (await findHost(queries, reference)).id);
    }
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
    const ids = shown.map((row) => row.host);
    const openJobs = await findOpenJobs(queries, ids);
    return {
      total,
      ...(last === undefined ? {} : { next: `${last.ring} ${last.host}` }),
      hosts: shown.map((row) => describeHost(job, row, { openJob: openJobs.get(row.host), nowMs: now() })),
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
type Now = { readonly openJob: number | undefined; readonly nowMs: number };

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

/** As the host has reported it: what is as planned is stored once. */
function resultOf({ changesJson, plannedJson }: Row, resultJson: string): OrderResult {
  const stored = parseJsonEdge(storedResultSchema, resultJson, 'a result of the store');
  return { ...stored, changes: readChanges(changesJson ?? plannedJson ?? '[]') };
}
