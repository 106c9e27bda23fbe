// A new set in the store, as a difference from the base that is most like it, or as a base. In: ids of items. Out: rows. Never:
// looks whether the set is there.
import type { StoreTransaction } from '../store/open-store.ts';
import { decideBase } from './decide-base.ts';
import type { Base } from './decide-base.ts';
import type { ListOwner } from './find-items.ts';
import { decodeIds } from './item-ids.ts';
import type { ItemIds } from './item-ids.ts';
import { readSet } from './read-list.ts';
import { sketchOf } from './sketch.ts';

export type NewSet = {
  readonly owner: ListOwner;
  readonly digest: string;
  /** Of its items, rising. */
  readonly ids: ItemIds;
  readonly now: number;
  /** The set that its host had until now. */
  readonly former: number | null;
};

/** The caller holds the lock of writers. @returns its id */
export async function insertSet(transaction: StoreTransaction, set: NewSet): Promise<number> {
  const { owner, digest, ids, now, former } = set;
  const sketch = sketchOf(ids);
  const form = decideBase(ids, await likelyBases(transaction, { owner, sketch, former }));
  const { id } = await transaction
    .insertInto('sets')
    .values({ ...owner, digest, ...form, count: ids.length, createdAt: now, unusedSince: null })
    .returning('id')
    .executeTakeFirstOrThrow();
  if (form.base === null) {
    await transaction
      .insertInto('sketches')
      .values(sketch.map((number) => ({ base: id, number })))
      .execute();
  }
  return id;
}

/** So many bases are compared with a new list; more bytes are seldom saved by another one. */
const COMPARED_BASES = 4;

type BaseSearch = { readonly owner: ListOwner; readonly sketch: readonly number[]; readonly former: number | null };

async function likelyBases(
  transaction: StoreTransaction,
  { owner, sketch, former }: BaseSearch,
): Promise<readonly Base[]> {
  const alike = await transaction
    .selectFrom('sketches')
    .select('base')
    .where('number', 'in', sketch)
    .groupBy('base')
    .orderBy(({ fn }) => fn.countAll(), 'desc')
    .orderBy('base', 'desc')
    .limit(COMPARED_BASES)
    .execute();
  const formerSet = former === null ? undefined : await readSet(transaction, former);
  const wanted = [...alike.map(({ base }) => base), formerSet?.base ?? formerSet?.id ?? 0];
  const rows = await transaction
    .selectFrom('sets')
    .select(['id', 'added'])
    .where('id', 'in', wanted)
    .where('base', 'is', null)
    .where('kind', '=', owner.kind)
    .where('system', '=', owner.system)
    .execute();
  return rows.map(({ id, added }) => ({ id, ids: decodeIds(added) }));
}
