// Hosts without a token are strangers: they are remembered so that a person can let them in, but not without an end.
// In: the time. Out: whether there is room for another. Those that have not asked for a day make room.
import type { StoreTransaction } from '../store/open-store.ts';

const MAX_STRANGERS = 1000;
const A_DAY_MS = 86_400_000;

export async function makeRoom(transaction: StoreTransaction, now: number): Promise<boolean> {
  if ((await countStrangers(transaction)) < MAX_STRANGERS) return true;
  const gone = transaction
    .selectFrom('hosts')
    .select('id')
    .where('state', '=', 'pending')
    .where('origin', '=', 'stranger')
    .where('lastSeenAt', '<', now - A_DAY_MS);
  await transaction.deleteFrom('hostEvents').where('host', 'in', gone).execute();
  await transaction.deleteFrom('hosts').where('id', 'in', gone).execute();
  return (await countStrangers(transaction)) < MAX_STRANGERS;
}

async function countStrangers(transaction: StoreTransaction): Promise<number> {
  const { count } = await transaction
    .selectFrom('hosts')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('state', '=', 'pending')
    .where('origin', '=', 'stranger')
    .executeTakeFirstOrThrow();
  return count;
}
