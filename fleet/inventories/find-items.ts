// Items in the store: each is there once, whoever has it. In: items. Out: their ids, and new rows. Never: decides which list
// has which.
import { sql } from 'kysely';
import type { Queries } from '../store/open-store.ts';
import type { Item, ListKind } from '../../contract/fleet/inventory.ts';

/** What lists belong to: their kind, and the package system of their host. */
export type ListOwner = { readonly kind: ListKind; readonly system: string };

/** Rows of one statement: SQLite takes 32,766 values. */
const ROWS = 1000;

/** Items have no control characters, so no two of them have the same text. */
export const keyOfItem = (item: Item): string => item.join('\t');

/** The ids of the items that the store has, by `keyOfItem`. */
async function findItems(queries: Queries, owner: ListOwner, items: readonly Item[]): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (const some of slices(items)) {
    const wanted = sql.join(some.map((item) => sql`(${sql.join(item)})`));
    const { rows } = await sql<{
      id: number;
      name: string;
      arch: string;
      version: string;
      flags: string;
      origin: string;
    }>`
      with wanted(name, arch, version, flags, origin) as (values ${wanted})
      select items.id, items.name, items.arch, items.version, items.flags, items.origin
      from wanted cross join items
      where items.name = wanted.name and items.kind = ${owner.kind} and items.system = ${owner.system}
        and items.version = wanted.version and items.arch = wanted.arch
        and items.flags = wanted.flags and items.origin = wanted.origin`.execute(queries);
    for (const { id, name, arch, version, flags, origin } of rows) {
      found.set(keyOfItem([name, arch, version, flags, origin]), id);
    }
  }
  return found;
}

/** Adds those that are missing. The caller holds the lock of writers. @returns the ids of all, rising */
export async function internItems(queries: Queries, owner: ListOwner, items: readonly Item[]): Promise<number[]> {
  const found = await findItems(queries, owner, items);
  const missing = items.filter((item) => !found.has(keyOfItem(item)));
  // Packages that come together get neighbouring ids, which take the fewest bytes.
  for (const some of slices(missing.toSorted((left, right) => (keyOfItem(left) < keyOfItem(right) ? -1 : 1)))) {
    const rows = some.map(([name, arch, version, flags, origin]) => {
      return { ...owner, name, arch, version, flags, origin };
    });
    await queries.insertInto('items').values(rows).execute();
  }
  for (const [key, id] of await findItems(queries, owner, missing)) found.set(key, id);
  return [...found.values()].toSorted((left, right) => left - right);
}

/** The items of ids, in no order. */
export async function readItems(queries: Queries, ids: readonly number[]): Promise<Item[]> {
  const items: Item[] = [];
  for (const some of slices(ids)) {
    const rows = await queries
      .selectFrom('items')
      .select(['name', 'arch', 'version', 'flags', 'origin'])
      .where('id', 'in', some)
      .execute();
    for (const { name, arch, version, flags, origin } of rows) items.push([name, arch, version, flags, origin]);
  }
  return items;
}

function* slices<T>(values: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < values.length; start += ROWS) yield values.slice(start, start + ROWS);
}
