// What has happened to a host, for people. In: a sentence. Out: a row; of each host, the newest hundred stay.
import type { StoreTransaction } from '../store/open-store.ts';

const KEPT_EVENTS = 100;

export type HostEvent = { readonly host: string; readonly at: number; readonly text: string };

export async function addHostEvent(transaction: StoreTransaction, event: HostEvent): Promise<void> {
  await transaction.insertInto('hostEvents').values(event).execute();
  const oldestKept = await transaction
    .selectFrom('hostEvents')
    .select('id')
    .where('host', '=', event.host)
    .orderBy('id', 'desc')
    .offset(KEPT_EVENTS - 1)
    .limit(1)
    .executeTakeFirst();
  if (oldestKept === undefined) return;
  await transaction.deleteFrom('hostEvents').where('host', '=', event.host).where('id', '<', oldestKept.id).execute();
}
