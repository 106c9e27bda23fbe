// Hosts of the relay's site, woken as the server orders. In: orders. Out: results, to be told with the next report. A datagram is the
// server's own; the relay can make none. Bounded: the server gives a hundred at once, and each again until its result has come.
// Never: runs anything on a host but the wake-up.
import type { WakeOrder, WakeResult } from '../../contract/fleet/relay-report.ts';
import type { RunCommand } from '../../lib/run-command.ts';
import { pushBySsh } from '../push/push-by-ssh.ts';
import { sendDatagram } from '../push/send-datagram.ts';

/** Where a host is, as the relay has last seen it; undefined for one that never came. */
export type AddressOf = (hostId: string) => string | undefined;

export type WakeWay =
  | { readonly by: 'datagram'; readonly port: number }
  | { readonly by: 'ssh'; readonly user?: string; readonly run: RunCommand };

export type Waker = {
  /** Starts those that are new, and waits for none. */
  readonly wake: (orders: readonly WakeOrder[]) => void;
  readonly results: () => readonly WakeResult[];
  /** The server has these. */
  readonly forget: (told: readonly WakeResult[]) => void;
  readonly whenIdle: () => Promise<void>;
};

const SSH_AT_ONCE = 10;
const LONGEST_MESSAGE = 500;

export function createWaker(way: WakeWay, addressOf: AddressOf): Waker {
  const known = new Map<number, WakeResult | undefined>();
  let work = Promise.resolve();
  const wakeThem = async (orders: readonly WakeOrder[]): Promise<void> => {
    for (const result of await wakeAll(way, orders, addressOf)) known.set(result.id, result);
  };
  return {
    wake: (orders) => {
      const fresh = orders.filter(({ id }) => !known.has(id));
      for (const { id } of fresh) known.set(id, undefined);
      if (fresh.length === 0) return;
      work = Promise.all([work, wakeThem(fresh)]).then(() => undefined);
    },
    results: () => [...known.values()].filter((result) => result !== undefined),
    forget: (told) => {
      for (const { id } of told) known.delete(id);
    },
    whenIdle: () => work,
  };
}

async function wakeAll(way: WakeWay, orders: readonly WakeOrder[], addressOf: AddressOf): Promise<WakeResult[]> {
  if (way.by === 'datagram') return Promise.all(orders.map((order) => sendOrder(order, addressOf, way.port)));
  const { run, user } = way;
  const hosts = orders.map(({ name }) => name);
  const pushed = await pushBySsh({ hosts, run, atOnce: SSH_AT_ONCE, ...(user === undefined ? {} : { user }) });
  return orders.map(({ id }, index) => {
    const { isDone = false, message = '' } = pushed[index] ?? {};
    return { id, isDone, message: message.slice(0, LONGEST_MESSAGE) };
  });
}

/** That a datagram was sent says nothing, so nothing is told of it. */
async function sendOrder({ id, host, name, datagram }: WakeOrder, addressOf: AddressOf, port: number) {
  const fault = await sendDatagram(Buffer.from(datagram, 'base64url'), addressOf(host) ?? name, port);
  return { id, isDone: fault === undefined, message: fault?.slice(0, LONGEST_MESSAGE) ?? '' };
}
