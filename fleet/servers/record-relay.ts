// Through which relay a host's request came. In: headers, what the host's signature was. Out: the relay's id, when it is right.
// A relay is a host that was let in as one. What it says is for people: it changes nothing that a host may do.
import type { IncomingMessage } from 'node:http';
import { isRelayedBy, relayHeaders } from '../../contract/fleet/relayed-request.ts';
import { readHostKey, requestHeaders } from '../../contract/fleet/signed-request.ts';
import type { Fleet } from '../fleet.ts';

/** Of a request that came through a relay whose signature is right and that is enrolled. */
export type Relay = { readonly id: string; readonly address: string };

export async function findRelay(
  fleet: Fleet,
  { headers, url: path = '' }: IncomingMessage,
): Promise<Relay | undefined> {
  const text = (name: string): string => (typeof headers[name] === 'string' ? headers[name] : '');
  const relayId = text(relayHeaders.relay);
  if (relayId === '') return undefined;
  const row = await fleet.store.queries
    .selectFrom('hosts')
    .select('publicKey')
    .where('id', '=', relayId)
    .where('kind', '=', 'relay')
    .where('state', '=', 'enrolled')
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const address = text(relayHeaders.address).slice(0, 64);
  const [hostId, signature] = [text(requestHeaders.host), text(requestHeaders.signature)];
  const relayed = { relayId, hostId, path, signature, address };
  const isRight = isRelayedBy(relayed, text(relayHeaders.signature), readHostKey(row.publicKey));
  return isRight ? { id: relayId, address } : undefined;
}

/** @param relay its id; empty for a host that came directly */
export async function recordRelay({ store }: Fleet, hostId: string, relay: string): Promise<void> {
  await store.queries.updateTable('hosts').set({ relay }).where('id', '=', hostId).execute();
}
