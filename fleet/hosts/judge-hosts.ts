// How all hosts are, or some. In: a fleet, ids. Out: rows with what is to be said of each, a page at a time, so that a server
// answers others in between. Never: decides what a finding is (judge-host.ts).
import { setImmediate as nextTurn } from 'node:timers/promises';
import { factsSchema } from '../../contract/fleet/facts.ts';
import type { Facts } from '../../contract/fleet/facts.ts';
import { parseJsonEdge } from '../../lib/parse-edge.ts';
import type { Fleet } from '../fleet.ts';
import { findFailedHosts } from '../jobs/find-failed-hosts.ts';
import type { ListStates } from '../questions/count-lists.ts';
import type { Queries } from '../store/open-store.ts';
import { judgeHost } from './judge-host.ts';
import type { Finding, ListCounts } from './judge-host.ts';

/** Some milliseconds of work: a check-in has its turns in between. */
const PAGE = 250;

const columns = [
  'id',
  'name',
  'kind',
  'state',
  'reason',
  'site',
  'origin',
  'packageSystem',
  'factsJson',
  'lastSeenAt',
  'nextDueAt',
  'createdAt',
  'bootId',
  'clockOffset',
  'announcedFacts',
  'announcedInstalled',
  'announcedCandidates',
  'factsDigest',
  'installedDigest',
  'candidatesDigest',
  'installedSet',
  'candidatesSet',
] as const;

const select = (queries: Queries) => queries.selectFrom('hosts').select(columns);
type Row = Awaited<ReturnType<ReturnType<typeof select>['execute']>>[number];

export type JudgedRow = Row & { readonly facts: Facts | undefined; readonly findings: readonly Finding[] };

/** @param ids at most a thousand */
export async function judgeSome(fleet: Fleet, ids: readonly string[]): Promise<ReadonlyMap<string, JudgedRow>> {
  if (ids.length === 0) return new Map();
  const rows = await select(fleet.store.queries).where('id', 'in', ids).execute();
  const states = await fleet.ask('list-states', { within: ids });
  const failed = await findFailedHosts(fleet.store.queries, ids);
  return new Map(rows.map((row) => [row.id, judge(fleet, row, { states, failed })]));
}

/** In the order of names. */
export async function* judgeAll(fleet: Fleet): AsyncGenerator<readonly JudgedRow[]> {
  const states = await fleet.ask('list-states', {});
  const failed = await findFailedHosts(fleet.store.queries);
  for (let after: Row | undefined, isFirst = true; isFirst || after !== undefined; isFirst = false) {
    let page = select(fleet.store.queries);
    if (after !== undefined) {
      const { name, id } = after;
      page = page.where((eb) => eb.or([eb('name', '>', name), eb.and([eb('name', '=', name), eb('id', '>', id)])]));
    }
    const rows = await page.orderBy('name').orderBy('id').limit(PAGE).execute();
    yield rows.map((row) => judge(fleet, row, { states, failed }));
    after = rows.length < PAGE ? undefined : rows.at(-1);
    await nextTurn();
  }
}

type Known = {
  readonly states: ListStates;
  /** Words about a job that has failed, by the host's id. */
  readonly failed: ReadonlyMap<string, string>;
};

function judge({ now, intervalSeconds }: Fleet, row: Row, { states, failed }: Known): JudgedRow {
  const facts = readFacts(row.factsJson);
  const counts = countsOf(row, states);
  const failedJob = failed.get(row.id);
  return { ...row, facts, findings: judgeHost({ host: row, facts, counts, failedJob, nowMs: now(), intervalSeconds }) };
}

const none = { outdated: 0, security: 0, held: 0, keptBack: 0, phased: 0 };

function countsOf({ installedSet, candidatesSet }: Row, { candidates, broken }: ListStates): ListCounts | undefined {
  if (installedSet === null || candidatesSet === null) return undefined;
  return { ...none, ...candidates.get(candidatesSet), broken: broken.get(installedSet) ?? 0 };
}

const readFacts = (factsJson: string | null): Facts | undefined =>
  factsJson === null ? undefined : parseJsonEdge(factsSchema, factsJson, 'facts of the store');
