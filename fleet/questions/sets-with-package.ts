// Lists that have a package. In: a store, a pattern and versions. Out: ids of sets. Never: writes, looks at hosts' rows.
import type { Queries } from '../store/open-store.ts';
import { findNamedItems, wantedItems } from './find-named-items.ts';
import type { ItemConditions } from './find-named-items.ts';
import { hostsOfSets } from './hosts-of-sets.ts';
import { scanSets } from './scan-sets.ts';

export async function findSetsWithPackage(queries: Queries, conditions: ItemConditions): Promise<number[]> {
  const items = await findNamedItems(queries, conditions);
  if (items.length === 0) return [];
  const { kind } = conditions;
  const { weights } = await hostsOfSets(queries, kind, {});
  const sets: number[] = [];
  const visit = (set: number): void => void sets.push(set);
  await scanSets(queries, { kind, wanted: wantedItems(items), weights, visit });
  return sets;
}
