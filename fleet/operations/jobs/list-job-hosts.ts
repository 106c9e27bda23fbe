// The hosts of a job, a page at a time, those that failed first. In: a job, a state. Out: how far each is, and in words what it waits for
// or what happened. Never: changes anything. Words for what is waited for are made here, so that they are of now.
import * as api from '../../../contract/fleet/api/jobs.ts';
import { badStates, openStates } from '../../../contract/fleet/jobs/job.ts';
import type { JobHostState } from '../../../contract/fleet/jobs/job.ts';
import type { OrderResult } from '../../../contract/fleet/jobs/order-report.ts';
import { parseJsonEdge } from '../../../lib/parse-edge.ts';
import { findHost } from '../../hosts/find-host.ts';
import { readChanges, readJob, storedResultSchema } from '../../jobs/job-rows.ts';
import type { Job } from '../../jobs/job-rows.ts';
import type { Queries } from '../../store/open-store.ts';
import { implement } from '../implement.ts';
import { describeWaiting, findOpenJobs } from './describe-waiting.ts';

/** What has gone wrong is what people look for first. */
const inOrder = [
  ...badStates,
  'refused',
  'skipped',
  ...openStates,
  'waiting',
  'done',
] as const satisfies JobHostState[];

export const hostsOfJob = implement(
  api.listJobHosts,
  async ({ store: { queries }, now }, { job: id, state, host: reference, after, limit }) => {
    const job = await readJob(queries, id);
    let hosts = select(queries, id);
    if (state !== undefined) hosts = hosts.where('jobHosts.state', '=', state);
    if (reference !== undefined) {
      hosts = hosts.where('jobHosts.host', '=', (await findHost(queries, reference)).id);
    }
    const { total } = await hosts.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
    const states = state === undefined ? inOrder : [state];
    const rows = await readPage(hosts, states, { after: readPlace(after), most: limit + 1 });
    const shown = rows.slice(0, limit);
    const last = rows.length > limit ? shown.at(-1) : undefined;
    const ids = shown.map((row) => row.host);
    const openJobs = await findOpenJobs(queries, ids);
    return {
      total,
      ...(last === undefined ? {} : { next: `${last.state} ${last.ring} ${last.host}` }),
      hosts: shown.map((row) => describeHost(job, row, { openJob: openJobs.get(row.host), nowMs: now() })),
    };
  },
);

/** The host after which a page begins. */
type Place = { readonly state: string; readonly ring: number; readonly host: string };

function readPlace(after: string | undefined): Place | undefined {
  if (after === undefined) return undefined;
  const [state = '', ring = '', host = ''] = after.split(' ');
  return { state, ring: Number(ring) || 0, host };
}

/** One state after the other, each by an index: nobody sorts 110,000 hosts. */
async function readPage(
  hosts: ReturnType<typeof select>,
  states: readonly JobHostState[],
  { after, most }: { readonly after: Place | undefined; readonly most: number },
): Promise<Row[]> {
  const rows: Row[] = [];
  const from = Math.max(
    0,
    states.findIndex((each) => each === after?.state),
  );
  for (const state of states.slice(from)) {
    let ofState = columnsOf(hosts.where('jobHosts.state', '=', state));
    if (after?.state === state) {
      ofState = ofState.where((eb) =>
        eb.or([
          eb('jobHosts.ring', '>', after.ring),
          eb.and([eb('jobHosts.ring', '=', after.ring), eb('jobHosts.host', '>', after.host)]),
        ]),
      );
    }
    const left = most - rows.length;
    rows.push(...(await ofState.orderBy('jobHosts.ring').orderBy('jobHosts.host').limit(left).execute()));
    if (rows.length === most) break;
  }
  return rows;
}

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
