// Packages of the fleet by name and summary. In: a store, the operation's input. Out: its answer. Never: writes.
import { sql } from 'kysely';
import type { listPackages } from '../../contract/fleet/api/packages.ts';
import type { InputOf, OutputOf } from '../../contract/fleet/operation.ts';
import type { Queries } from '../store/open-store.ts';
import { wantedItems } from './find-named-items.ts';
import { hostsOfSets } from './hosts-of-sets.ts';
import type { Within } from './hosts-of-sets.ts';
import { likeOfPattern } from './match-pattern.ts';
import { countItems, scanSets } from './scan-sets.ts';
import type { Weights } from './scan-sets.ts';

type Input = InputOf<typeof listPackages> & Within;
type Answer = OutputOf<typeof listPackages>;

type Package = { readonly system: string; readonly name: string; readonly items: Map<number, string> };

export async function findPackages(queries: Queries, input: Input): Promise<Answer> {
  const { weights } = await hostsOfSets(queries, input.kind, input);
  const counts = await countItems(queries, input.kind, weights);
  const all = groupByName((await findItems(queries, input)).filter(({ id }) => (counts[id] ?? 0) > 0));
  const from = all.findIndex((one) => cursorOf(one) > (input.after ?? ''));
  const page = from < 0 ? [] : all.slice(from, from + input.limit);
  const [hosts, summaries] = [await countHosts(queries, input, { weights, page }), await readSummaries(queries, page)];
  const last = page.at(-1);
  const isMore = from >= 0 && from + page.length < all.length && last !== undefined;
  return {
    total: all.length,
    ...(isMore ? { next: cursorOf(last) } : {}),
    packages: page.map(({ system, name, items }, index) => ({
      system,
      name,
      summary: summaries.get(`${name}\t${system}`) ?? '',
      versions: new Set(items.values()).size,
      hosts: hosts[index] ?? 0,
    })),
  };
}

/** Names have no tabs. */
const cursorOf = ({ name, system }: Package): string => `${name}\t${system}`;

type Found = { readonly id: number; readonly system: string; readonly name: string; readonly version: string };

/** A plain word is looked for anywhere in the name and the summary, a pattern must be the whole name. */
function findItems(queries: Queries, { kind, system, search }: Input): Promise<Found[]> {
  let items = queries.selectFrom('items').select(['id', 'system', 'name', 'version']).where('kind', '=', kind);
  if (system !== undefined) items = items.where('system', '=', system);
  if (search !== undefined && /[*?]/.test(search)) {
    items = items.where(sql<boolean>`lower(name) like ${likeOfPattern(search)} escape '\\'`);
  } else if (search !== undefined) {
    const like = likeOfPattern(`*${search}*`);
    items = items.where(sql<boolean>`(lower(name) like ${like} escape '\\' or exists (
      select 1 from summaries where summaries.name = items.name and summaries.system = items.system
        and lower(summaries.summary) like ${like} escape '\\'))`);
  }
  return items.execute();
}

function groupByName(items: readonly Found[]): Package[] {
  const packages = new Map<string, Package>();
  for (const { id, system, name, version } of items) {
    const key = cursorOf({ system, name, items: new Map() });
    const known = packages.get(key) ?? { system, name, items: new Map<number, string>() };
    packages.set(key, known);
    known.items.set(id, version);
  }
  return [...packages].toSorted(([left], [right]) => (left < right ? -1 : 1)).map(([, one]) => one);
}

/** A host with a package in two versions counts once. */
async function countHosts(
  queries: Queries,
  { kind }: Input,
  { weights, page }: { readonly weights: Weights; readonly page: readonly Package[] },
): Promise<number[]> {
  const counts = page.map(() => 0);
  const counted = page.map(() => 0);
  const packageOf = new Map(page.flatMap(({ items }, index) => [...items.keys()].map((id) => [id, index] as const)));
  const wanted = wantedItems([...packageOf.keys()].map((id) => ({ id })));
  const visit = (set: number, items: readonly number[], hosts: number): void => {
    for (const item of items) {
      const index = packageOf.get(item) ?? 0;
      if (counted[index] === set) continue;
      counted[index] = set;
      counts[index] = (counts[index] ?? 0) + hosts;
    }
  };
  if (page.length > 0) await scanSets(queries, { kind, wanted, weights, visit });
  return counts;
}

async function readSummaries(queries: Queries, page: readonly Package[]): Promise<Map<string, string>> {
  if (page.length === 0) return new Map();
  const rows = await queries
    .selectFrom('summaries')
    .select(['name', 'system', 'summary'])
    .where(
      'name',
      'in',
      page.map(({ name }) => name),
    )
    .execute();
  return new Map(rows.map(({ name, system, summary }) => [`${name}\t${system}`, summary ?? '']));
}
