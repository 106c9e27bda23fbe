// What a few sets have. In: their ids, those of a page of hosts. Out: ids of items. Never: writes.
import { applyIdDifference, decodeIds } from '../inventories/item-ids.ts';
import type { Queries } from '../store/open-store.ts';

/** @param sets at most a thousand; one can be there more than once */
export async function itemsOfSets(
  queries: Queries,
  sets: readonly number[],
): Promise<ReadonlyMap<number, readonly number[]>> {
  const rows = await selectSets(queries, sets);
  const bases = await selectSets(
    queries,
    rows.flatMap(({ base }) => base ?? []),
  );
  const ofBases = new Map(bases.map(({ id, added }) => [id, decodeIds(added)]));
  return new Map(
    rows.map(({ id, base, added, removed }) => {
      const difference = { added: decodeIds(added), removed: decodeIds(removed) };
      return [id, base === null ? difference.added : applyIdDifference(ofBases.get(base) ?? [], difference)];
    }),
  );
}

function selectSets(queries: Queries, ids: readonly number[]) {
  const unique = [...new Set(ids)];
  if (unique.length === 0) return Promise.resolve([]);
  return queries.selectFrom('sets').select(['id', 'base', 'added', 'removed']).where('id', 'in', unique).execute();
}
