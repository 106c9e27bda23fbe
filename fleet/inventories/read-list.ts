// A list that the store has. In: the id of its set. Out: its items. Never: writes.
import type { Item, ListKind } from '../../contract/fleet/inventory.ts';
import type { Queries } from '../store/open-store.ts';
import { readItems } from './find-items.ts';
import { applyIdDifference, decodeIds } from './item-ids.ts';

export type StoredList = {
  readonly kind: ListKind;
  readonly system: string;
  readonly digest: string;
  /** By name, architecture and version, each in the order of UTF-16 units. */
  readonly items: readonly Item[];
};

/** @param queries the store's, or a transaction @returns undefined when there is no such set */
export async function readList(queries: Queries, setId: number): Promise<StoredList | undefined> {
  const set = await readSet(queries, setId);
  if (set === undefined) return undefined;
  const { kind, system, digest, ids } = set;
  const items = (await readItems(queries, ids)).toSorted(byNameFirst);
  if (items.length !== ids.length)
    throw new Error(`set ${setId} has ${ids.length} items, and ${items.length} are there`);
  return { kind, system, digest, items };
}

export type StoredSet = Omit<StoredList, 'items'> & {
  readonly id: number;
  /** The set that it is a difference from. */
  readonly base: number | null;
  readonly ids: readonly number[];
};

/** A set with the ids of its items. */
export async function readSet(queries: Queries, setId: number): Promise<StoredSet | undefined> {
  const row = await queries
    .selectFrom('sets')
    .leftJoin('sets as bases', 'bases.id', 'sets.base')
    .select(['sets.id', 'sets.kind', 'sets.system', 'sets.digest', 'sets.base', 'sets.added', 'sets.removed'])
    .select('bases.added as baseIds')
    .where('sets.id', '=', setId)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { id, kind, system, digest, base, baseIds } = row;
  const [added, removed] = [decodeIds(row.added), decodeIds(row.removed)];
  if (baseIds === null) return { id, kind, system, digest, base, ids: added };
  return { id, kind, system, digest, base, ids: applyIdDifference(decodeIds(baseIds), { added, removed }) };
}

function byNameFirst(left: Item, right: Item): number {
  for (const part of [0, 1, 2] as const) {
    if (left[part] !== right[part]) return left[part] < right[part] ? -1 : 1;
  }
  return 0;
}
