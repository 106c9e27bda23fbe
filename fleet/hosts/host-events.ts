// What has happened to a host, for people. In: a sentence. Out: a row; of each host, the newest hundred stay.
import { cutText } from '../../lib/cut-text.ts';
import type { Fleet } from '../fleet.ts';
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

const REFUSED = 'a report was refused: ';
const AN_HOUR_MS = 3_600_000;

/** Once an hour: a host must not push out of its list what else has happened to it. */
export async function noteRefusedReport({ store, now }: Fleet, host: string, why: string): Promise<void> {
  await store.transaction(
    async (transaction) => {
      const told = await transaction
        .selectFrom('hostEvents')
        .select('id')
        .where('host', '=', host)
        .where('text', 'like', `${REFUSED}%`)
        .where('at', '>', now() - AN_HOUR_MS)
        .limit(1)
        .executeTakeFirst();
      if (told === undefined) await addHostEvent(transaction, { host, at: now(), text: REFUSED + cutText(why, 500) });
    },
    { mayBeLost: true },
  );
}
