// One host, with what happened to it. In: a name or an id. Out: its row, its facts, events and tasks. Never: its packages.
import { showHost } from '../../../contract/fleet/api/hosts.ts';
import { findHost } from '../../hosts/find-host.ts';
import { judgeSome } from '../../hosts/judge-hosts.ts';
import type { Queries } from '../../store/open-store.ts';
import { implement } from '../implement.ts';
import { listJobsOfHost } from '../jobs/list-jobs-of-host.ts';
import { OperationError } from '../operation-error.ts';
import { asHostRow } from './list-hosts.ts';
import { readEvents } from './list-events.ts';

const ENDED_TASKS = 10;
const OPEN_TASKS = 200;

export const oneHost = implement(showHost, async (fleet, { host }) => {
  const { queries } = fleet.store;
  const { id } = await findHost(queries, host);
  const row = await queries.selectFrom('hosts').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  const judged = (await judgeSome(fleet, [id])).get(id);
  if (judged === undefined) throw new OperationError('conflict', `${host} has just been taken out`);
  const { facts } = judged;
  const installed = await countOf(queries, row.installedSet);
  const candidates = await countOf(queries, row.candidatesSet);
  const { facts: _, ...shown } = asHostRow(judged);
  return {
    ...row,
    ...shown,
    relay: await nameOf(queries, row.relay),
    ...(row.kind === 'relay' ? { behind: await countBehind(queries, id) } : {}),
    ...(facts === undefined ? {} : { facts }),
    ...(installed === undefined ? {} : { installed }),
    ...(candidates === undefined ? {} : { candidates }),
    events: await readEvents(queries, { host: id, limit: 20 }),
    jobs: await listJobsOfHost(queries, id, fleet.now()),
    tasks: [...(await readTasks(queries, id, 'open')), ...(await readTasks(queries, id, 'ended'))],
  };
});

async function nameOf(queries: Queries, relay: string): Promise<string> {
  if (relay === '') return '';
  const row = await queries.selectFrom('hosts').select('name').where('id', '=', relay).executeTakeFirst();
  return row?.name ?? relay;
}

async function countBehind(queries: Queries, relay: string): Promise<number> {
  const hosts = queries.selectFrom('hosts').where('relay', '=', relay).where('state', '=', 'enrolled');
  const { behind } = await hosts.select(({ fn }) => fn.countAll<number>().as('behind')).executeTakeFirstOrThrow();
  return behind;
}

async function countOf(queries: Queries, set: number | null): Promise<number | undefined> {
  if (set === null) return undefined;
  const row = await queries.selectFrom('sets').select('count').where('id', '=', set).executeTakeFirst();
  return row?.count;
}

function readTasks(queries: Queries, host: string, which: 'open' | 'ended') {
  return queries
    .selectFrom('tasks')
    .select(['id', 'kind', 'state', 'createdAt', 'createdBy', 'endedAt'])
    .where('host', '=', host)
    .where('endedAt', which === 'open' ? 'is' : 'is not', null)
    .orderBy('id', 'desc')
    .limit(which === 'open' ? OPEN_TASKS : ENDED_TASKS)
    .execute();
}
