// Which hosts have which sets. In: a store; hosts that somebody chose, or all. Out: counts, and pages in the order of names.
// Never: looks into a set.
import type { ListKind } from '../../contract/fleet/inventory.ts';
import type { Queries } from '../store/open-store.ts';
import type { Weights } from './scan-sets.ts';

/** Ids of hosts, as of a class; all that take part when absent. */
export type Within = { readonly within?: readonly string[] };

export type HostOfSet = { readonly id: string; readonly name: string; readonly set: number };
type HostPage = { readonly hosts: readonly HostOfSet[]; readonly next?: string };
type PageWish = { readonly after?: string | undefined; readonly limit: number };

export type HostsOfSets = {
  readonly weights: Weights;
  /** Hosts that have one of these sets, by name. */
  readonly page: (sets: ReadonlySet<number>, wish: PageWish) => Promise<HostPage>;
};

/** Which column of a host names the set of a kind. */
const setColumns = { installed: 'installedSet', candidates: 'candidatesSet' } as const;

const ROWS = 1000;

/** So many are read at once, and sorted. */
const FEW_HOSTS = 5000;

export const hostsOfSets = (queries: Queries, kind: ListKind, { within }: Within): Promise<HostsOfSets> =>
  within === undefined ? ofAllHosts(queries, kind) : ofSomeHosts(queries, kind, within);

async function ofAllHosts(queries: Queries, kind: ListKind): Promise<HostsOfSets> {
  const column = setColumns[kind];
  // Grouped as an index has it, which alone is read.
  const rows = await queries
    .selectFrom('hosts')
    .select((select) => [`${column} as set`, 'state', select.fn.countAll<number>().as('hosts')])
    .where(column, 'is not', null)
    .groupBy([column, 'state'])
    .execute();
  const weights = new Map(rows.filter(({ state }) => state === 'enrolled').map(({ set, hosts }) => [set ?? 0, hosts]));
  const countHosts = (sets: ReadonlySet<number>): number =>
    [...sets].reduce((sum, set) => sum + (weights.get(set) ?? 0), 0);
  return {
    weights,
    page: (sets, wish) =>
      countHosts(sets) <= FEW_HOSTS ? readBySets(queries, kind, sets, wish) : readByName(queries, kind, sets, wish),
  };
}

async function ofSomeHosts(queries: Queries, kind: ListKind, ids: readonly string[]): Promise<HostsOfSets> {
  const hosts: HostOfSet[] = [];
  for (let start = 0; start < ids.length; start += ROWS) {
    hosts.push(
      ...(
        await selectHosts(queries, kind)
          .where('id', 'in', ids.slice(start, start + ROWS))
          .execute()
      ).map(asHost),
    );
  }
  const weights = new Map<number, number>();
  for (const { set } of hosts) weights.set(set, (weights.get(set) ?? 0) + 1);
  return {
    weights,
    page: (sets, wish) =>
      Promise.resolve(
        pageOf(
          hosts.filter(({ set }) => sets.has(set)),
          wish,
        ),
      ),
  };
}

const selectHosts = (queries: Queries, kind: ListKind) =>
  queries
    .selectFrom('hosts')
    .select(['id', 'name', `${setColumns[kind]} as set`])
    .where('state', '=', 'enrolled')
    .where(setColumns[kind], 'is not', null);

const asHost = ({ id, name, set }: { id: string; name: string; set: number | null }): HostOfSet => ({
  id,
  name,
  set: set ?? 0,
});

/** Sorted here: a database that is asked for an order reads all hosts by name. */
async function readBySets(
  queries: Queries,
  kind: ListKind,
  ...[sets, wish]: Parameters<HostsOfSets['page']>
): Promise<HostPage> {
  if (sets.size === 0) return { hosts: [] };
  const rows = await selectHosts(queries, kind)
    .where(setColumns[kind], 'in', [...sets])
    .execute();
  return pageOf(rows.map(asHost), wish);
}

/** Where many hosts match, a page of them is soon found in the order of names. */
async function readByName(
  queries: Queries,
  kind: ListKind,
  ...[sets, { after = '', limit }]: Parameters<HostsOfSets['page']>
): Promise<HostPage> {
  const found: HostOfSet[] = [];
  for (let last = after; ;) {
    const rows = await selectHosts(queries, kind).where('name', '>', last).orderBy('name').limit(ROWS).execute();
    for (const row of rows) if (sets.has(row.set ?? 0)) found.push(asHost(row));
    last = rows.at(-1)?.name ?? last;
    if (rows.length < ROWS || found.length > limit) return cutPage(found, limit);
  }
}

/** As the database orders names. */
const byName = (left: HostOfSet, right: HostOfSet): number => (left.name < right.name ? -1 : 1);

function pageOf(hosts: readonly HostOfSet[], { after = '', limit }: PageWish): HostPage {
  return cutPage(hosts.filter(({ name }) => name > after).toSorted(byName), limit);
}

/** @param values in order, at least one more than the limit if there are more */
function cutPage(values: readonly HostOfSet[], limit: number): HostPage {
  const hosts = values.slice(0, limit);
  const last = hosts.at(-1);
  return values.length > limit && last !== undefined ? { hosts, next: last.name } : { hosts };
}
