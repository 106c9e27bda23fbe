// Versions of one package, and how many hosts have each. In: a store, the operation's input. Out: its answer. Never: writes.
import type { packageVersions } from '../../contract/fleet/api/packages.ts';
import type { InputOf, OutputOf } from '../../contract/fleet/operation.ts';
import type { Queries } from '../store/open-store.ts';
import { asPackage, findNamedItems, wantedItems } from './find-named-items.ts';
import type { ItemRow } from './find-named-items.ts';
import { hostsOfSets } from './hosts-of-sets.ts';
import type { Within } from './hosts-of-sets.ts';
import { scanSets } from './scan-sets.ts';
import { versionOrder } from './version-order.ts';

type Input = InputOf<typeof packageVersions> & Within;
type Answer = OutputOf<typeof packageVersions>;

const SHOWN_VERSIONS = 1000;
/** Versions that have examples, and how many. */
const EXPLAINED = 100;
const EXAMPLES = 5;

export async function findVersions(queries: Queries, input: Input): Promise<Answer> {
  // A name of a package is no pattern here.
  const named = await findNamedItems(queries, { kind: input.kind, system: input.system, name: input.package });
  const { weights, page } = await hostsOfSets(queries, input.kind, input);
  const counts = new Map<number, number>();
  const sets = new Map<number, number>();
  const visit = (set: number, items: readonly number[], hosts: number): void => {
    for (const item of items) {
      counts.set(item, (counts.get(item) ?? 0) + hosts);
      sets.set(item, set);
    }
  };
  if (named.length > 0) await scanSets(queries, { kind: input.kind, wanted: wantedItems(named), weights, visit });
  const items = named.filter(({ id }) => counts.has(id)).toSorted(newestFirst);
  const versions: Answer['versions'] = [];
  for (const [index, item] of items.slice(0, SHOWN_VERSIONS).entries()) {
    const set = new Set([sets.get(item.id) ?? 0]);
    const examples = index < EXPLAINED ? (await page(set, { limit: EXAMPLES })).hosts : [];
    const { system, origin, id } = item;
    const hosts = counts.get(id) ?? 0;
    versions.push({ system, ...asPackage(item), origin, hosts, examples: examples.map(({ name }) => name) });
  }
  return { total: items.length, versions };
}

function newestFirst(left: ItemRow, right: ItemRow): number {
  if (left.system !== right.system) return left.system < right.system ? -1 : 1;
  return versionOrder(left.system)(right.version, left.version) || (left.arch < right.arch ? -1 : 1);
}
