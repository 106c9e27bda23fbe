// Which hosts have something to upgrade, and what. In: a store, the operation's input. Out: its answer. Never: writes.
import type { listOutdated } from '../../contract/fleet/api/outdated.ts';
import type { InputOf, OutputOf } from '../../contract/fleet/operation.ts';
import type { Queries } from '../store/open-store.ts';
import { countCandidates, isOfKind } from './count-candidates.ts';
import { asPackage, byNameAndVersion, findNamedItems, wantedItems } from './find-named-items.ts';
import type { ItemRow } from './find-named-items.ts';
import { hostsOfSets } from './hosts-of-sets.ts';
import type { HostOfSet, Within } from './hosts-of-sets.ts';
import { itemsOfSets } from './items-of-sets.ts';
import { readItemRows } from './read-rows.ts';
import { scanSets } from './scan-sets.ts';
import { versionOrder } from './version-order.ts';

type Input = InputOf<typeof listOutdated> & Within;
type Answer = OutputOf<typeof listOutdated>;

const SHOWN_PACKAGES = 100;

export async function findOutdated(queries: Queries, input: Input): Promise<Answer> {
  const { only } = input;
  const named = await findNamedItems(queries, { kind: 'candidates', package: input.package });
  const items = only === undefined ? named : named.filter(({ flags }) => isOfKind(flags, only));
  const { weights, page } = await hostsOfSets(queries, 'candidates', input);
  const wanted = wantedItems(items);
  const sets = new Set<number>();
  let total = 0;
  const visit = (set: number, _: readonly number[], hosts: number): void => {
    sets.add(set);
    total += hosts;
  };
  await scanSets(queries, { kind: 'candidates', wanted, weights, visit });
  const { hosts, ...next } = await page(sets, input);
  return { total, ...next, hosts: await describeHosts(queries, hosts, new Set(items.map(({ id }) => id))) };
}

async function describeHosts(
  queries: Queries,
  hosts: readonly HostOfSet[],
  matches: ReadonlySet<number>,
): Promise<Answer['hosts']> {
  const has = await itemsOfSets(
    queries,
    hosts.map(({ set }) => set),
  );
  const rows = await readItemRows(queries, [...has.values()].flat());
  const shown = hosts.map((host) => {
    const all = (has.get(host.set) ?? []).flatMap((id) => rows.get(id) ?? []);
    const matching = all.filter(({ id }) => matches.has(id)).toSorted(byNameAndVersion);
    return { host, all, matching: matching.length, packages: matching.slice(0, SHOWN_PACKAGES) };
  });
  const names = new Set(shown.flatMap(({ packages }) => packages.map(({ name }) => name)));
  const installed = await readInstalled(queries, hosts, names);
  return shown.map(({ host, all, matching, packages }) => ({
    host: host.name,
    id: host.id,
    system: all[0]?.system ?? '',
    counts: countCandidates(all.map(({ flags }) => flags)),
    packages: packages.map((item) => ({
      ...asPackage(item),
      origin: item.origin,
      installed: installed.get(host.id)?.get(keyOf(item)) ?? '',
    })),
    matching,
  }));
}

const keyOf = ({ name, arch }: ItemRow): string => `${name}\t${arch}`;

const ROWS = 1000;

/** The newest installed version of each of these packages, by host, name and architecture. */
async function readInstalled(
  queries: Queries,
  hosts: readonly HostOfSet[],
  names: ReadonlySet<string>,
): Promise<Map<string, Map<string, string>>> {
  const rows = new Map<number, ItemRow>();
  for (let start = 0, all = [...names]; start < all.length; start += ROWS) {
    const some = await queries
      .selectFrom('items')
      .select(['id', 'system', 'name', 'arch', 'version', 'flags', 'origin'])
      .where('kind', '=', 'installed')
      .where('name', 'in', all.slice(start, start + ROWS))
      .execute();
    for (const row of some) rows.set(row.id, row);
  }
  if (hosts.length === 0) return new Map();
  const sets = await queries
    .selectFrom('hosts')
    .select(['id', 'installedSet'])
    .where(
      'id',
      'in',
      hosts.map(({ id }) => id),
    )
    .execute();
  const has = await itemsOfSets(
    queries,
    sets.flatMap(({ installedSet }) => installedSet ?? []),
  );
  return new Map(sets.map(({ id, installedSet }) => [id, newestOf(has.get(installedSet ?? 0) ?? [], rows)]));
}

function newestOf(ids: readonly number[], rows: ReadonlyMap<number, ItemRow>): Map<string, string> {
  const versions = new Map<string, string>();
  for (const row of ids.flatMap((id) => rows.get(id) ?? [])) {
    const known = versions.get(keyOf(row));
    if (known === undefined || versionOrder(row.system)(row.version, known) > 0) versions.set(keyOf(row), row.version);
  }
  return versions;
}
