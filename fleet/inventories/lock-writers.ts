// New sets and items are written, and old ones taken away, by one server at a time. In: a transaction. Out: it holds the lock
// until its end. A list that is known, as nearly all are, needs none. Never: waits while it is held for another lock.
import type { Store, StoreTransaction } from '../store/open-store.ts';

const LOCK = 'inventories-are-written';

/** So ids rise in the order in which sets are committed, and no base or item goes away while a new set begins to need it. */
export async function lockWriters(store: Pick<Store, 'lockRows'>, transaction: StoreTransaction): Promise<void> {
  const row = transaction.selectFrom('meta').select('key').where('key', '=', LOCK);
  if ((await store.lockRows(row).executeTakeFirst()) !== undefined) return;
  await transaction
    .insertInto('meta')
    .values({ key: LOCK, value: '' })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .execute();
  await store.lockRows(row).executeTakeFirstOrThrow();
}
