// What becomes of a host's request at the relay of its site. In: the request, the way to the server, what the relay keeps. Out: the
// server's answer; or, while the server is away, that the check-in is kept. Never: answers in the server's place.
import type { Refusal } from '../../contract/fleet/enrolment.ts';
import { hostRoutes } from '../../contract/fleet/routes.ts';
import { isSignedRequest, readHostKey } from '../../contract/fleet/signed-request.ts';
import { describeError } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import { planRetry } from '../exchange/plan-next.ts';
import type { Forward, HostRequest, UpstreamAnswer } from './forward.ts';
import type { RelayStore } from './relay-store.ts';

export type Relay = {
  readonly forward: Forward;
  readonly store: RelayStore;
  readonly log: Log;
  readonly now: () => number;
  /** Until then the server is not asked: a host must not wait for a server that has just not answered. */
  awayUntil: number;
  /** It is said once when it goes away, and once when it comes back. */
  isAway: boolean;
};

export type RelayAnswer = { readonly passed: UpstreamAnswer } | { readonly refusal: Refusal };

const AWAY_MS = 5000;
/** A check-in with answers to many tasks is larger: its host repeats it. */
const MAX_HELD_BODY_BYTES = 256 * 1024;

export async function relayRequest(relay: Relay, sent: HostRequest): Promise<RelayAnswer> {
  const passed = relay.now() < relay.awayUntil ? undefined : await reachServer(relay, sent);
  if (passed === undefined) return keep(relay, sent);
  if (passed.status === 200 && passed.hostKey !== undefined) {
    relay.store.learnHost({ hostId: sent.hostId, publicKey: passed.hostKey, address: sent.address });
  }
  // The server has what this host has to say now.
  if (passed.status === 200 && sent.path === hostRoutes.checkIn) {
    relay.store.drop({ hostId: sent.hostId, heldAt: relay.now() });
  }
  return { passed };
}

/** Undefined when the server is away, or what stands before it says so. */
async function reachServer(relay: Relay, sent: HostRequest): Promise<UpstreamAnswer | undefined> {
  try {
    const answer = await relay.forward(sent);
    if (answer.status !== 502 && answer.status !== 504) {
      if (relay.isAway) relay.log.info({ held: relay.store.count() }, "the fleet's server can be reached again");
      relay.isAway = false;
      return answer;
    }
    throw new Error(`what stands before it answers ${answer.status}`);
  } catch (error) {
    relay.awayUntil = relay.now() + AWAY_MS;
    if (!relay.isAway) relay.log.warn({ error: describeError(error) }, "the fleet's server cannot be reached");
    relay.isAway = true;
    return undefined;
  }
}

function keep({ store, now }: Relay, sent: HostRequest): RelayAnswer {
  const retryAfter = planRetry(sent.hostId);
  const isKept = isCheckInOf(store.keyOf(sent.hostId), sent) && store.hold({ ...sent, heldAt: now() });
  if (isKept) {
    const message = "the check-in is held by the relay of the site, until the fleet's server can be reached again";
    return { refusal: { error: 'held', message, retryAfter } };
  }
  const message = "the relay of the site does not reach the fleet's server now";
  return { refusal: { error: 'busy', message, retryAfter } };
}

/** Its host has made it: what strangers invent takes nobody's place. */
function isCheckInOf(publicKey: string | undefined, sent: HostRequest): boolean {
  if (publicKey === undefined || sent.path !== hostRoutes.checkIn) return false;
  if (sent.body.length > MAX_HELD_BODY_BYTES) return false;
  return isSignedRequest({ ...sent, method: 'POST' }, sent.signature, readHostKey(publicKey));
}

/**
 * Sends what is held, oldest first, until something fails. The answers are not for keeping: a host that repeats its check-in with the
 * same nonce gets them from the server.
 * @returns how many the server has answered
 */
export async function sendHeld(relay: Relay, atMost: number): Promise<number> {
  if (relay.now() < relay.awayUntil) return 0;
  for (let sent = 0; sent < atMost; sent += 1) {
    const held = relay.store.oldest();
    const answer = held === undefined ? undefined : await reachServer(relay, held);
    // 503: it is there, and has too much to do.
    if (held === undefined || answer === undefined || answer.status === 503) return sent;
    relay.store.drop(held);
  }
  return atMost;
}
