// The relay of a site: hosts speak to it as to the fleet's server. In: where it listens, where the server is, a directory of its
// own. Out: a relay that runs until it is closed. Never: needs a right; knows what a request means.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { IncomingMessage } from 'node:http';
import type { Pinned } from '../../contract/fleet/connection/trust.ts';
import { ServerAwayError } from '../../contract/fleet/connection/server-away.ts';
import { hostIdSchema } from '../../contract/fleet/enrolment.ts';
import { hostRoutes, MAX_REQUEST_BYTES } from '../../contract/fleet/routes.ts';
import { requestHeaders } from '../../contract/fleet/signed-request.ts';
import { describeError } from '../../lib/errors.ts';
import { createLimitedLog } from '../../lib/limited-log.ts';
import type { Log } from '../../lib/log.ts';
import { startFleetServer } from '../servers/fleet-server.ts';
import { sendJson, sendRefusal } from '../servers/host-routes.ts';
import type { Handler } from '../servers/host-routes.ts';
import { readBody } from '../servers/read-body.ts';
import type { BodyMemory } from '../servers/read-body.ts';
import { createUnsentAnswers } from '../servers/unsent-answers.ts';
import { tlsFiles } from '../tls/make-certificate.ts';
import { readKeyPair, watchCertificate } from '../tls/watch-certificate.ts';
import { createCertifiedForward } from './certified-forward.ts';
import type { Forward } from './forward.ts';
import { enrolRelay, readRelayIdentity } from './relay-identity.ts';
import type { RelayIdentity } from './relay-identity.ts';
import { startReports } from './report.ts';
import { openRelayStore } from './relay-store.ts';
import { relayRequest, sendHeld } from './relay-request.ts';
import type { Relay } from './relay-request.ts';
import { createWaker } from './wake-hosts.ts';
import type { WakeWay } from './wake-hosts.ts';

export type RelayPlace = Pinned & {
  readonly stateDir: string;
  readonly address: string;
  /** 0 is any. */
  readonly port: number;
  readonly upstream: string;
  /** Lets the relay in, unless the server knows it. */
  readonly admission?: { readonly name: string; readonly token: string };
  /** How hosts of the site are woken, when the server wants it. */
  readonly wake: WakeWay;
  readonly log: Log;
  readonly now?: () => number;
  /** How often what is held is sent, in milliseconds. */
  readonly drainMs?: number;
  /** The longest time from one report to the next, in seconds; as the server says unless given. */
  readonly reportSeconds?: number;
};

export type RunningRelay = {
  readonly port: number;
  /** The relay's id, as a host of the fleet. */
  readonly id: string;
  readonly held: () => number;
  readonly close: () => Promise<void>;
};

const DRAIN_MS = 5000;
/** At each turn: ten a second, so that a server that has just come back is not met by all at once. */
const DRAIN_AT_ONCE = 50;

/** @throws UserError without a certificate, and when the port cannot be had */
export async function startRelay(place: RelayPlace): Promise<RunningRelay> {
  const { stateDir, address, port, upstream: url, log, now = Date.now, drainMs = DRAIN_MS } = place;
  const files = tlsFiles(join(stateDir, 'fleet', 'tls'));
  const pair = await readKeyPair(files, `gutinteg fleet tls --state ${stateDir}, as the user that the relay runs as`);
  const directory = join(stateDir, 'relay');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const identity = await readRelayIdentity(directory);
  await using started = new AsyncDisposableStack();
  const store = openRelayStore(join(directory, 'relay.db'));
  started.defer(store.close);
  const { certificate, fingerprint } = place;
  const pinned = {
    ...(certificate === undefined ? {} : { certificate }),
    ...(fingerprint === undefined ? {} : { fingerprint }),
  };
  const forward = started.use(createCertifiedForward({ url, ...pinned, relay: identity, directory }));
  const enrol = entryOf(place, forward, identity);
  const isIn = await enrol();
  const relay: Relay = { forward, store, log, now, awayUntil: 0, isAway: false };
  const routes = createRelayRoutes(relay);
  const server = await startFleetServer({ address, port, log, ...pair, routes });
  started.defer(() => server.close());
  const watch = watchCertificate({ files, pair, use: server.renew, log, now });
  started.defer(watch.stop);
  const drain = startDrain(relay, drainMs);
  started.defer(drain);
  const every = place.reportSeconds === undefined ? {} : { atLeastEvery: place.reportSeconds };
  const waker = createWaker(place.wake, store.addressOf);
  started.defer(waker.whenIdle);
  started.defer(
    startReports({ forward, self: identity, waker, log: createLimitedLog(log, now), enrol, isIn, ...every }),
  );
  log.info({ address, port: server.port, upstream: url, id: identity.id }, 'the relay serves');
  const running = started.move();
  return { port: server.port, id: identity.id, held: store.count, close: () => running.disposeAsync() };
}

/**
 * Asks to be let in. While the server is away the relay serves its site all the same, and asks later.
 * @throws by what it returns: UserError when the server refuses, or is another one
 */
function entryOf({ admission, log }: RelayPlace, forward: Forward, self: RelayIdentity): () => Promise<boolean> {
  return async () => {
    if (admission === undefined) return true;
    try {
      const { state, message } = await enrolRelay(forward, self, admission);
      log.info({ id: self.id, state }, message);
      return true;
    } catch (error) {
      if (!(error instanceof ServerAwayError) || error.reason === 'certificate') throw error;
      log.warn({ error: describeError(error) }, "the fleet's server was not asked to let this relay in; it will be");
      return false;
    }
  };
}

/** One turn at a time. @returns what ends it, after the turn that is under way */
function startDrain(relay: Relay, drainMs: number): () => Promise<void> {
  let turn: Promise<unknown> | undefined;
  const timer = setInterval(() => {
    turn ??= sendHeld(relay, DRAIN_AT_ONCE).finally(() => (turn = undefined));
  }, drainMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await turn;
  };
}

function createRelayRoutes(relay: Relay): Readonly<Record<string, Handler>> {
  const memory: BodyMemory = { heldBytes: 0 };
  const hasRoomFor = createUnsentAnswers();
  const handle: Handler = async (request, response) => {
    if (request.method !== 'POST') return sendJson(response, 405, { error: 'bad-request', message: 'POST only' });
    const text = (name: string): string => headerOf(request, name);
    const hostId = text(requestHeaders.host);
    if (!hostIdSchema.safeParse(hostId).success) {
      return sendRefusal(response, { error: 'unknown-host', message: 'the request names no host' });
    }
    const read = await readBody(request, { maxBytes: MAX_REQUEST_BYTES, memory });
    if (read.kind === 'gone') return undefined;
    if (read.kind === 'too-large') return sendRefusal(response, { error: 'too-large', message: 'over 4 MiB' });
    if (read.kind === 'no-room') return sendRefusal(response, { error: 'busy', message: 'busy', retryAfter: 60 });
    try {
      const answer = await relayRequest(relay, {
        hostId,
        path: request.url ?? '',
        signature: text(requestHeaders.signature).slice(0, 100),
        encoding: text('content-encoding').slice(0, 20),
        address: request.socket.remoteAddress ?? '',
        body: read.body,
      });
      if ('refusal' in answer) return sendRefusal(response, answer.refusal);
      const { status, retryAfter, body } = answer.passed;
      if (request.url === hostRoutes.packageFile && !hasRoomFor(response)) {
        return sendRefusal(response, { error: 'busy', message: 'busy', retryAfter: 60 });
      }
      response.writeHead(status, {
        'Content-Type': 'application/json',
        'Content-Length': body.length,
        ...(retryAfter === undefined ? {} : { 'Retry-After': retryAfter }),
      });
      response.end(body);
    } finally {
      memory.heldBytes -= read.body.length;
    }
    return undefined;
  };
  return Object.fromEntries(Object.values(hostRoutes).map((path) => [path, handle]));
}

function headerOf({ headers }: IncomingMessage, name: string): string {
  const value = headers[name];
  return typeof value === 'string' ? value : '';
}
