// A list of a host, stored. In: all its items, or a difference from a list that the store has. Out: the id of its set; or why
// nothing was stored. A list that many hosts have is stored once, as a difference from one that is like it. Never: touches a host.
import { digestOfItems, MAX_ITEMS } from '../../contract/fleet/inventory.ts';
import type { Item } from '../../contract/fleet/inventory.ts';
import type { Store, StoreTransaction } from '../store/open-store.ts';
import { internItems, keyOfItem } from './find-items.ts';
import type { ListOwner } from './find-items.ts';
import { insertSet } from './insert-set.ts';
import { lockWriters } from './lock-writers.ts';
import { readList } from './read-list.ts';

/** Items fit `itemSchema`. `digest` is what the host says that the list has. */
export type ReportedList = ListOwner & { readonly digest: string } & (
    | { readonly items: readonly Item[] }
    | { readonly base: string; readonly added: readonly Item[]; readonly removed: readonly Item[] }
  );

/** `again`: the whole list would do. `refused`: no list would; the host has made a mistake. */
export type StoreListResult =
  | { readonly result: 'stored'; readonly set: number }
  | { readonly result: 'again' | 'refused'; readonly why: string };

type StoreListOptions = {
  readonly store: Pick<Store, 'lockRows'>;
  readonly transaction: StoreTransaction;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The set that the host had until now: its base is likely to be the right one. */
  readonly former?: number | null;
};

/**
 * Stores a list once, whoever reports it, and however many servers do it at once. Whoever stores lists of both kinds in one
 * transaction locks what else it needs first: the lock of new sets is the last.
 */
export async function storeList(options: StoreListOptions, list: ReportedList): Promise<StoreListResult> {
  const { store, transaction } = options;
  const known = await findList(transaction, list);
  if (known !== undefined) return { result: 'stored', set: known };
  const whole = 'items' in list ? { items: list.items } : await applyDifference(transaction, list);
  if ('result' in whole) return whole;
  const fault = faultOf(whole.items, list);
  if (fault !== undefined) return { result: 'items' in list ? 'refused' : 'again', why: fault };
  await lockWriters(store, transaction);
  // Another server may have stored it since.
  const set = (await findList(transaction, list)) ?? (await insertList(options, list, whole.items));
  return { result: 'stored', set };
}

/**
 * The set with a digest. It stays as long as a host has it, and for some days more (`tidyInventories`).
 * @returns undefined when no host has had such a list for long
 */
export async function findList(
  transaction: StoreTransaction,
  { kind, system, digest }: ListOwner & { readonly digest: string },
): Promise<number | undefined> {
  const row = await transaction
    .selectFrom('sets')
    .select(['id', 'unusedSince'])
    .where('digest', '=', digest)
    .where('kind', '=', kind)
    .where('system', '=', system)
    .executeTakeFirst();
  if (row === undefined || row.unusedSince === null) return row?.id;
  // It may be taken away in this moment; then this finds no row.
  const update = transaction.updateTable('sets').set({ unusedSince: null }).where('id', '=', row.id);
  return (await update.returning('id').executeTakeFirst())?.id;
}

type Difference = Extract<ReportedList, { base: string }>;

async function applyDifference(
  transaction: StoreTransaction,
  { kind, system, base, added, removed }: Difference,
): Promise<{ readonly items: readonly Item[] } | Exclude<StoreListResult, { result: 'stored' }>> {
  const again = (why: string) => ({ result: 'again', why }) as const;
  const baseId = await findList(transaction, { kind, system, digest: base });
  const former = baseId === undefined ? undefined : await readList(transaction, baseId);
  if (former === undefined) return again('the list that the difference begins with is not stored');
  const items = new Map(former.items.map((item) => [keyOfItem(item), item]));
  for (const item of removed) {
    if (!items.delete(keyOfItem(item))) return again(`${item[0]} ${item[2]} is removed and was not there`);
  }
  for (const item of added) {
    if (items.has(keyOfItem(item))) return again(`${item[0]} ${item[2]} is added and was there before`);
    items.set(keyOfItem(item), item);
  }
  return { items: [...items.values()] };
}

function faultOf(items: readonly Item[], { digest }: ReportedList): string | undefined {
  if (items.length > MAX_ITEMS) return `${items.length} items are more than ${MAX_ITEMS}`;
  const seen = new Set<string>();
  for (const item of items) {
    const key = keyOfItem(item);
    if (seen.has(key)) return `${item[0]} ${item[2]} is there twice`;
    seen.add(key);
  }
  return digestOfItems(items) === digest ? undefined : 'the list does not have the digest that was named';
}

async function insertList(
  { transaction, now, former = null }: StoreListOptions,
  { kind, system, digest }: ReportedList,
  items: readonly Item[],
): Promise<number> {
  const ids = await internItems(transaction, { kind, system }, items);
  return insertSet(transaction, { owner: { kind, system }, digest, ids, now, former });
}
