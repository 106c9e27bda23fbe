// Whether an order that was laid down is taken. In: what it says, what this host is and allows, a clock. Out: a decision, with words
// for the server. Never: I/O.
import { readOrder } from '../../contract/fleet/jobs/order.ts';
import type { Order, SignedOrder } from '../../contract/fleet/jobs/order.ts';
import { isForeseen } from '../../contract/fleet/jobs/action.ts';
import type { ActionKind } from '../../contract/fleet/jobs/action.ts';
import { readHostKey } from '../../contract/fleet/signed-request.ts';
import { describeError } from '../../lib/errors.ts';
import type { Trust } from './trust-file.ts';

export type OrderDecision =
  | { readonly kind: 'take'; readonly order: Order }
  | { readonly kind: 'refuse'; readonly outcome: Late['outcome']; readonly why: string };

/** `missed`: its window is over, and it may come again with the next one. */
export type Late = { readonly outcome: 'refused' | 'missed'; readonly why: string };

export type OrderJudge = {
  readonly trust: Trust;
  readonly host: string;
  /** Of the last order that was taken. */
  readonly serial: number;
  readonly nowSeconds: number;
  /** Kinds that this version can do. */
  readonly known: ReadonlySet<ActionKind>;
};

export function decideOrder(signed: SignedOrder, judge: OrderJudge): OrderDecision {
  try {
    const order = findSigned(signed, judge.trust.keys);
    if (order === undefined) return refuse('the order is not signed by a key that this host trusts');
    const stranger = faultOfOrigin(order, judge);
    if (stranger !== undefined) return refuse(stranger);
    const late = faultOfTime(order, judge.nowSeconds);
    if (late !== undefined) return { kind: 'refuse', ...late };
    const why = faultOfAction(order, judge);
    return why === undefined ? { kind: 'take', order } : refuse(why);
  } catch (error) {
    // Signed, and written by a newer server.
    return refuse(`the order is not understood by this version of gutinteg-fleet: ${describeError(error)}`);
  }
}

const refuse = (why: string): OrderDecision => ({ kind: 'refuse', outcome: 'refused', why });

function findSigned(signed: SignedOrder, keys: readonly string[]): Order | undefined {
  for (const key of keys) {
    const order = readOrder(signed, readHostKey(key));
    if (order !== undefined) return order;
  }
  return undefined;
}

function faultOfOrigin(order: Order, { host, serial }: OrderJudge): string | undefined {
  if (order.host !== host) {
    return `the order is for host ${order.host}, and this is ${host}; if this host has a new key: gutinteg-fleet accept-orders`;
  }
  if (order.serial <= serial) return `the order has serial ${order.serial}, and one with ${serial} was taken before`;
  return undefined;
}

function faultOfAction(order: Order, { trust, known }: OrderJudge): string | undefined {
  const { do: kind } = order.action;
  if (trust.allow !== undefined && !trust.allow.includes(kind)) {
    return `the administrator of this host does not allow ${kind}, only ${trust.allow.join(', ')}`;
  }
  if (!known.has(kind)) return `${kind} is not known to this version of gutinteg-fleet`;
  if (isForeseen(order.action) && !order.simulate && order.expected === undefined) {
    return `the order does not say what was foreseen of ${kind}`;
  }
  return undefined;
}

/** An order may end while it waits for its turn. */
export function faultOfTime({ expiresAt, window }: Order, nowSeconds: number): Late | undefined {
  if (window !== undefined && window.to <= nowSeconds) {
    const when = `${timeOf(window.to)}, by this host's clock ${ago(nowSeconds - window.to)}`;
    return { outcome: 'missed', why: `the window of the order ended at ${when}` };
  }
  if (expiresAt > nowSeconds) return undefined;
  const when = `${timeOf(expiresAt)}, by this host's clock ${ago(nowSeconds - expiresAt)}`;
  return { outcome: 'refused', why: `the order ended at ${when}` };
}

export const timeOf = (seconds: number): string =>
  `${new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

const ago = (seconds: number): string =>
  seconds < 120
    ? `${seconds} s ago`
    : seconds < 7200
      ? `${Math.round(seconds / 60)} min ago`
      : `${Math.round(seconds / 3600)} h ago`;
