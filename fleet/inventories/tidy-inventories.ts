// Lists that no host has had for some days, and packages that no list has. In: a store. Out: both taken away, some at a time.
// Never: takes a list that a host has, a base on which another one depends, or the newest row of a table, whose id SQLite would
// give to another one.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Store } from '../store/open-store.ts';
import { listUnneeded, noteNeeded } from './find-unneeded-items.ts';
import { lockWriters } from './lock-writers.ts';

export type TidyOptions = {
  readonly store: Store;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Lists stay for so long after the last host had them: a host that goes back needs no upload. 14 days, unless given. */
  readonly keepMs?: number;
  /** The most sets, and the most items, that one call takes away. */
  readonly most?: number;
};

export type Tidied = { readonly sets: number; readonly items: number };

/** Rows of one transaction: others that write are kept waiting no longer than it takes. */
const ROWS = 500;
const MOST = 20_000;
const KEEP_MS = 14 * 86_400_000;

/** For a job that runs once a day. What one call leaves, the next one takes. */
export async function tidyInventories({ store, now, keepMs = KEEP_MS, most = MOST }: TidyOptions): Promise<Tidied> {
  await noteUnused(store, now);
  const sets = await repeat(most, (count) => removeSets(store, now - keepMs, count));
  return { sets, items: await removeItems(store, most) };
}

/** @returns how many rows all turns together took away */
async function repeat(most: number, removeSome: (count: number) => Promise<number>): Promise<number> {
  let removed = 0;
  while (removed < most) {
    const count = Math.min(ROWS, most - removed);
    const some = await removeSome(count);
    removed += some;
    if (some < count) break;
    // SQLite works in this thread: requests get their turn.
    await nextTurn();
  }
  return removed;
}

const isNeeded = sql<boolean>`(
  exists (select 1 from hosts where hosts."installedSet" = sets.id)
  or exists (select 1 from hosts where hosts."candidatesSet" = sets.id)
  or exists (select 1 from sets as differences where differences.base = sets.id))`;

/** A set that is needed again after it was not is found here at the latest; until then it is only not taken away. */
async function noteUnused(store: Store, now: number): Promise<void> {
  const step = 4 * ROWS;
  for (let from = 0, newest = await newestId(store, 'sets'); from <= newest; from += step) {
    const range = store.queries
      .updateTable('sets')
      .where('id', '>=', from)
      .where('id', '<', from + step);
    await range.set({ unusedSince: null }).where('unusedSince', 'is not', null).where(isNeeded).execute();
    await range
      .set({ unusedSince: now })
      .where('unusedSince', 'is', null)
      .where(sql<boolean>`not ${isNeeded}`)
      .execute();
    await nextTurn();
  }
}

function removeSets(store: Store, before: number, count: number): Promise<number> {
  return store.transaction(async (transaction) => {
    await lockWriters(store, transaction);
    const unused = transaction
      .selectFrom('sets')
      .select('id')
      .where('unusedSince', '<=', before)
      .where(sql<boolean>`not ${isNeeded}`)
      .where('id', '<', (select) => select.selectFrom('sets as all').select(({ fn }) => fn.max('all.id').as('newest')))
      .orderBy('id')
      .limit(count);
    // A host may get one of them in this moment, and say so first.
    const removed = await transaction
      .deleteFrom('sets')
      .where('id', 'in', unused)
      .where('unusedSince', '<=', before)
      .returning('id')
      .execute();
    const ids = removed.map(({ id }) => id);
    if (ids.length > 0) await transaction.deleteFrom('sketches').where('base', 'in', ids).execute();
    return ids.length;
  });
}

/** Finds them beside the writers, and looks again, under their lock, at what came since. */
async function removeItems(store: Store, most: number): Promise<number> {
  const newestItem = await newestId(store, 'items');
  const needed = new Uint8Array(newestItem + 1);
  let seen = await noteNeeded(store.queries, 0, needed);
  const unneeded = await listUnneeded(store.queries, needed, most);
  let next = 0;
  return repeat(unneeded.length, (count) =>
    store.transaction(async (transaction) => {
      await lockWriters(store, transaction);
      seen = await noteNeeded(transaction, seen, needed);
      const some = unneeded.slice(next, next + count).filter((id) => needed[id] === 0);
      next += count;
      if (some.length === 0) return 0;
      const { numDeletedRows } = await transaction.deleteFrom('items').where('id', 'in', some).executeTakeFirst();
      return Number(numDeletedRows);
    }),
  );
}

async function newestId(store: Store, table: 'sets' | 'items'): Promise<number> {
  const { newest } = await store.queries
    .selectFrom(table)
    .select(({ fn }) => fn.max('id').as('newest'))
    .executeTakeFirstOrThrow();
  return newest ?? 0;
}
