// Hosts that are to come now. In: hosts. Out: for each, whether a datagram was sent, or the relay of its site told. Never: waits for
// an answer; there is none.
import * as api from '../../contract/fleet/api/wake-hosts.ts';
import { publicKeyText } from '../../contract/fleet/signed-request.ts';
import { makeWakeUp } from '../../contract/fleet/wake-up.ts';
import type { Fleet } from '../fleet.ts';
import { findHost } from '../hosts/find-host.ts';
import { isRelaySilent } from '../hosts/judge-relay.ts';
import { addRelayWakeUps } from '../push/relay-wake-ups.ts';
import type { RelayWakeUp } from '../push/relay-wake-ups.ts';
import { sendDatagram } from '../push/send-datagram.ts';
import { readWakeKey } from '../push/wake-key.ts';
import { implement, implementChange } from './implement.ts';

type Result = { readonly host: string; readonly isSent: boolean; readonly message: string };
type Told = { readonly result: Result; readonly order?: RelayWakeUp };

/** A host is reached under its name, or through the relay by which it last came. All are found before one is woken. */
export const wakeUps = implementChange(api.wakeHosts, {
  prepare: async (fleet, { hosts, port }) => {
    const { store, now } = fleet;
    const found: Awaited<ReturnType<typeof findWay>>[] = [];
    for (const reference of hosts) found.push(await findWay(fleet, reference));
    const key = await readWakeKey(store.queries);
    const told: Told[] = [];
    for (const host of found) {
      told.push(viaRelay(host, now()) ?? (await directly(host, makeWakeUp({ hostId: host.id, at: now() }, key), port)));
    }
    return told;
  },
  run: async ({ transaction, at }, _, told) => {
    const orders = told.flatMap(({ order }) => order ?? []);
    if (orders.length > 0) await addRelayWakeUps(transaction, orders, at);
    return { results: told.map(({ result }) => result) };
  },
  tell: ({ hosts }) => ({ subject: hosts.slice(0, 20).join(' '), details: { hosts: hosts.length } }),
});

async function findWay({ store: { queries } }: Fleet, reference: string) {
  const { id } = await findHost(queries, reference);
  return queries
    .selectFrom('hosts')
    .leftJoin('hosts as relays', (join) =>
      join.onRef('relays.id', '=', 'hosts.relay').on('relays.kind', '=', 'relay').on('relays.state', '=', 'enrolled'),
    )
    .select(['hosts.id', 'hosts.name', 'hosts.kind'])
    .select(['relays.id as relay', 'relays.name as relayName', 'relays.lastSeenAt as relaySeenAt'])
    .where('hosts.id', '=', id)
    .executeTakeFirstOrThrow();
}

type Way = Awaited<ReturnType<typeof findWay>>;

/** Undefined: it came directly. */
function viaRelay({ id, name: host, kind, relay, relayName, relaySeenAt }: Way, nowMs: number): Told | undefined {
  if (kind === 'relay') return { result: { host, isSent: false, message: 'is a relay, which always listens' } };
  if (relay === null) return undefined;
  if (isRelaySilent(relaySeenAt, nowMs)) {
    return {
      result: { host, isSent: false, message: `its relay ${relayName} has not been heard of for some minutes` },
    };
  }
  return { result: { host, isSent: true, message: `its relay ${relayName} wakes it` }, order: { relay, host: id } };
}

async function directly({ name: host }: Way, datagram: Buffer, port: number): Promise<Told> {
  const fault = await sendDatagram(datagram, host, port);
  return { result: { host, isSent: fault === undefined, message: fault ?? 'sent' } };
}

export const wakeKey = implement(api.showWakeKey, async ({ store }) => ({
  publicKey: publicKeyText(await readWakeKey(store.queries)),
}));
