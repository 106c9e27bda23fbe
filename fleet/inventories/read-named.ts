// Some packages of a list. In: a set, names. Out: the items of these names that it has. Never: reads the others.
import type { Item } from '../../contract/fleet/inventory.ts';
import type { Queries } from '../store/open-store.ts';
import { readSet } from './read-list.ts';

/** Names of one statement. */
const NAMES = 1000;

/** @param set null: there is no list, and nothing in it */
export async function readNamed(queries: Queries, set: number | null, names: readonly string[]): Promise<Item[]> {
  const found = set === null || names.length === 0 ? undefined : await readSet(queries, set);
  if (found === undefined) return [];
  const { kind, system } = found;
  const ids = new Set(found.ids);
  const items: Item[] = [];
  for (let start = 0; start < names.length; start += NAMES) {
    const rows = await queries
      .selectFrom('items')
      .select(['id', 'name', 'arch', 'version', 'flags', 'origin'])
      .where('name', 'in', names.slice(start, start + NAMES))
      .where('kind', '=', kind)
      .where('system', '=', system)
      .execute();
    for (const { id, name, arch, version, flags, origin } of rows) {
      if (ids.has(id)) items.push([name, arch, version, flags, origin]);
    }
  }
  return items;
}
