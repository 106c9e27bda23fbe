// Which items no set has. In: a store. Out: their ids. Never: writes.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Queries } from '../store/open-store.ts';
import { decodeIds } from './item-ids.ts';

const ROWS = 1000;

/**
 * Notes the items of all sets after the set `after`. What a set lacks of its base, its base has.
 * @param needed by the id of an item: 1 when a set has it
 * @returns the last set that was looked at
 */
export async function noteNeeded(queries: Queries, after: number, needed: Uint8Array): Promise<number> {
  for (let last = after; ;) {
    const rows = await queries
      .selectFrom('sets')
      .select(['id', 'added'])
      .where('id', '>', last)
      .orderBy('id')
      .limit(ROWS)
      .execute();
    for (const { id, added } of rows) {
      for (const item of decodeIds(added)) needed[item] = 1;
      last = id;
    }
    if (rows.length < ROWS) return last;
    await nextTurn();
  }
}

/** @returns at most `most` ids of items that are not needed, without the newest one */
export async function listUnneeded(queries: Queries, needed: Uint8Array, most: number): Promise<number[]> {
  const unneeded: number[] = [];
  for (let last = 0; ;) {
    const rows = await queries
      .selectFrom('items')
      .select('id')
      .where('id', '>', last)
      .where('id', '<', needed.length - 1)
      .orderBy('id')
      .limit(ROWS)
      .execute();
    for (const { id } of rows) {
      if (needed[id] === 0) unneeded.push(id);
      last = id;
    }
    if (rows.length < ROWS || unneeded.length >= most) return unneeded.slice(0, most);
    await nextTurn();
  }
}
