// Hosts that the relay of their site is to wake. In: rows of hosts. Out: rows that wait until the relay asks. Bounded: one row for each
// host, for ten minutes: whoever is woken later comes by itself about as soon.
import type { KeyObject } from 'node:crypto';
import { makeWakeUp } from '../../contract/fleet/wake-up.ts';
import type { WakeOrder, WakeResult } from '../../contract/fleet/relay-report.ts';
import { addHostEvent } from '../hosts/host-events.ts';
import type { Queries, StoreTransaction } from '../store/open-store.ts';

const GOOD_MS = 600_000;
/** In one answer. */
const AT_ONCE = 100;

export type RelayWakeUp = { readonly relay: string; readonly host: string };

export async function addRelayWakeUps(
  transaction: StoreTransaction,
  wakeUps: readonly RelayWakeUp[],
  at: number,
): Promise<void> {
  await transaction
    .deleteFrom('relayWakeUps')
    .where('createdAt', '<', at - GOOD_MS)
    .execute();
  for (const { relay, host } of wakeUps) {
    await transaction.deleteFrom('relayWakeUps').where('host', '=', host).execute();
    await transaction.insertInto('relayWakeUps').values({ relay, host, createdAt: at }).execute();
  }
}

/** The same until their results have come; a host follows each datagram once. */
export async function ordersFor(
  queries: Queries,
  { relay, at, key }: { relay: string; at: number; key: () => Promise<KeyObject> },
): Promise<WakeOrder[]> {
  const rows = await queries
    .selectFrom('relayWakeUps')
    .innerJoin('hosts', 'hosts.id', 'relayWakeUps.host')
    .select(['relayWakeUps.id', 'relayWakeUps.host', 'hosts.name', 'relayWakeUps.createdAt'])
    .where('relayWakeUps.relay', '=', relay)
    .where('relayWakeUps.createdAt', '>=', at - GOOD_MS)
    .orderBy('relayWakeUps.id')
    .limit(AT_ONCE)
    .execute();
  if (rows.length === 0) return [];
  const signing = await key();
  return rows.map(({ id, host, name, createdAt }) => {
    const datagram = makeWakeUp({ hostId: host, at: createdAt }, signing).toString('base64url');
    return { id, host, name, datagram };
  });
}

/** Results of this relay's own wake-ups; what another one says of them is nothing. */
export async function endWakeUps(
  transaction: StoreTransaction,
  relay: { readonly id: string; readonly name: string },
  { results, at }: { readonly results: readonly WakeResult[]; readonly at: number },
): Promise<void> {
  for (const { id, isDone, message } of results) {
    const ended = await transaction
      .deleteFrom('relayWakeUps')
      .where('id', '=', id)
      .where('relay', '=', relay.id)
      .returning('host')
      .executeTakeFirst();
    if (ended === undefined || message === '') continue;
    const what = isDone ? `the relay ${relay.name} has woken it` : `the relay ${relay.name} could not wake it`;
    await addHostEvent(transaction, { host: ended.host, at, text: `${what}: ${message}` });
  }
}
