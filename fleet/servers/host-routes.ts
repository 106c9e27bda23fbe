// The routes of hosts, on a connection. In: requests. Out: JSON with a status. Bounded: requests under way, bytes that are held,
// lines in the log. Never: decides what a host is told (answer-host.ts).
import type { IncomingMessage, ServerResponse } from 'node:http';
import { TLSSocket } from 'node:tls';
import { relayHeaders } from '../../contract/fleet/relayed-request.ts';
import { requestHeaders } from '../../contract/fleet/signed-request.ts';
import { hostRoutes, MAX_REQUEST_BYTES } from '../../contract/fleet/routes.ts';
import type { Refusal } from '../../contract/fleet/enrolment.ts';
import { describeWithHint } from '../../lib/errors.ts';
import { createLimitedLog } from '../../lib/limited-log.ts';
import type { LimitedLog } from '../../lib/limited-log.ts';
import { refuse } from '../exchange/outcome.ts';
import type { Outcome } from '../exchange/outcome.ts';
import { planRetry } from '../exchange/plan-next.ts';
import type { Fleet } from '../fleet.ts';
import { StoreError } from '../store/explain-faults.ts';
import type { CertifyHost } from '../tls/certify-hosts.ts';
import { refuseClient } from '../tls/judge-client.ts';
import type { ClientCertificateMode } from '../tls/judge-client.ts';
import { answerHost, createHostAnswerer, findKnownHost } from './answer-host.ts';
import type { HostAnswerer, KnownHost, SentRequest } from './answer-host.ts';
import { findRelay, recordRelay } from './record-relay.ts';
import { readBody } from './read-body.ts';
import type { BodyMemory } from './read-body.ts';
import { createUnsentAnswers } from './unsent-answers.ts';
import type { UnsentAnswers } from './unsent-answers.ts';

export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Requests that have come whole. The store does one after the other, so the last waits for about a quarter of a second. */
const MAX_UNDER_WAY = 500;
/** Whoever is not known yet must be quick. */
const STRANGER_MS = 10_000;
const MAX_ENROLMENT_BYTES = 16 * 1024;
const A_MINUTE_MS = 60_000;

const statuses: Readonly<Record<Refusal['error'], number>> = {
  'unknown-host': 401,
  'wrong-signature': 401,
  pending: 403,
  quarantined: 403,
  revoked: 403,
  'bad-token': 403,
  'client-certificate': 403,
  held: 202,
  stale: 409,
  'bad-request': 400,
  'unsupported-version': 400,
  'too-large': 413,
  busy: 503,
};

export type ClientCertificates = {
  readonly clientCertificates?: ClientCertificateMode;
  readonly certify?: CertifyHost;
};

/** By path. */
export function createHostRoutes(
  fleet: Fleet,
  { clientCertificates = 'none', certify }: ClientCertificates = {},
): Readonly<Record<string, Handler>> {
  const server: HostServer = {
    clientCertificates,
    answerer: createHostAnswerer(fleet, certify),
    memory: { heldBytes: 0 },
    log: createLimitedLog(fleet.log, fleet.now, A_MINUTE_MS),
    hasRoomFor: createUnsentAnswers(),
    underWay: 0,
  };
  const handle: Handler = (request, response) => handleRequest(server, request, response);
  return Object.fromEntries(Object.values(hostRoutes).map((path) => [path, handle]));
}

type HostServer = {
  readonly clientCertificates: ClientCertificateMode;
  readonly answerer: HostAnswerer;
  readonly memory: BodyMemory;
  readonly log: LimitedLog;
  readonly hasRoomFor: UnsentAnswers;
  underWay: number;
};

async function handleRequest(server: HostServer, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'POST') {
    response.setHeader('Allow', 'POST');
    sendJson(response, 405, { error: 'bad-request', message: 'this path takes POST only' });
    return;
  }
  if (request.url?.includes('?') === true) {
    sendJson(response, 400, { error: 'bad-request', message: 'this path takes no query' });
    return;
  }
  const found = await findOrRefuse(server, request);
  if (found === undefined) return;
  const { outcome, host } = found;
  if ('answer' in outcome) {
    if (request.url === hostRoutes.packageFile && !server.hasRoomFor(response)) {
      sendRefusal(response, refuseForNow(headerOf(request, requestHeaders.host)).refusal);
      return;
    }
    if (host !== undefined && request.url === hostRoutes.checkIn) await noteRelay(server, { request, response, host });
    sendJson(response, 200, outcome.answer);
    return;
  }
  tellLog(server, request, outcome.refusal);
  sendRefusal(response, outcome.refusal);
}

/** @returns undefined when the sender has gone */
async function findOrRefuse(server: HostServer, request: IncomingMessage): Promise<Found | undefined> {
  const refused = refuseConnection(server, request);
  if (refused !== undefined) return { outcome: refused };
  return findOutcome(server, request).catch((error: unknown) => ({ outcome: refuseForStore(server, request, error) }));
}

/** The host repeats it later: what was not stored was not answered. */
function refuseForStore({ log }: HostServer, request: IncomingMessage, error: unknown) {
  if (!(error instanceof StoreError)) throw error;
  log.once(`store ${error.message}`, 'the store failed', { error: describeWithHint(error) });
  const message = 'the server can store nothing now; gutinteg fleet status says why, on its computer';
  return refuse('busy', message, planRetry(headerOf(request, requestHeaders.host)));
}

/** The relay learns by which key it can judge what it keeps of this host. */
async function noteRelay({ answerer: { fleet } }: HostServer, { request, response, host }: CheckedIn): Promise<void> {
  const { id = '' } = (await findRelay(fleet, request)) ?? {};
  if (id !== host.relay) await recordRelay(fleet, headerOf(request, requestHeaders.host), id);
  if (id !== '') response.setHeader(relayHeaders.key, host.publicKey);
}

type CheckedIn = { readonly request: IncomingMessage; readonly response: ServerResponse; readonly host: KnownHost };

/** A host has none before it is let in, or when it has ended, so for these no certificate is needed. */
const WITHOUT_CERTIFICATE: ReadonlySet<string> = new Set([hostRoutes.enrol, hostRoutes.certificate]);

function refuseConnection({ clientCertificates }: HostServer, { url = '', socket }: IncomingMessage) {
  const isExempt = clientCertificates === 'none' || WITHOUT_CERTIFICATE.has(url);
  if (isExempt || !(socket instanceof TLSSocket)) return undefined;
  const why = refuseClient(clientCertificates, {
    hasCertificate: socket.getPeerX509Certificate() !== undefined,
    isAuthorized: socket.authorized,
    // Its type says Error; it is OpenSSL's code.
    error: String(socket.authorizationError),
  });
  return why === undefined ? undefined : refuse('client-certificate', why);
}

type Found = { readonly outcome: Outcome<unknown>; readonly host?: KnownHost | undefined };

/** @returns undefined when the sender has gone */
async function findOutcome(server: HostServer, request: IncomingMessage): Promise<Found | undefined> {
  const { answerer, memory } = server;
  const path = request.url ?? '';
  const hostId = headerOf(request, requestHeaders.host);
  const isEnrolment = path === hostRoutes.enrol;
  const wasBusy = isBusy(server);
  const host = isEnrolment || wasBusy ? undefined : await findKnownHost(answerer.fleet, hostId);
  const isUnwanted = wasBusy || (host === undefined && !isEnrolment);
  const maxBytes = isEnrolment ? MAX_ENROLMENT_BYTES : MAX_REQUEST_BYTES;
  const hurry = host === undefined ? setTimeout(() => request.destroy(), STRANGER_MS) : undefined;
  const read = await readBody(request, { maxBytes, memory, isUnwanted });
  clearTimeout(hurry);
  if (read.kind === 'gone') return undefined;
  if (read.kind === 'too-large') return { outcome: refuse('too-large', `the request has more than ${maxBytes} bytes`) };
  if (read.kind === 'no-room') return { outcome: refuseForNow(hostId) };
  const { body } = read;
  try {
    // A body may take its time, so those that are only on their way keep nobody out.
    if (wasBusy || isBusy(server)) return { outcome: refuseForNow(hostId) };
    return { outcome: await answerWhole(server, request, { path, hostId, body, publicKey: host?.publicKey }), host };
  } finally {
    memory.heldBytes -= body.length;
  }
}

const isBusy = ({ underWay }: HostServer): boolean => underWay >= MAX_UNDER_WAY;

const refuseForNow = (hostId: string) => refuse('busy', 'the server is busy', planRetry(hostId));

type WholeRequest = Pick<SentRequest, 'path' | 'hostId' | 'body'> & { readonly publicKey: string | undefined };

async function answerWhole(
  server: HostServer,
  request: IncomingMessage,
  { publicKey, ...whole }: WholeRequest,
): Promise<Outcome<unknown>> {
  server.underWay += 1;
  try {
    const sent = {
      ...whole,
      method: 'POST',
      signature: headerOf(request, requestHeaders.signature),
      encoding: headerOf(request, 'content-encoding'),
      address: await addressOf(server.answerer.fleet, request, whole.path === hostRoutes.enrol),
    };
    return await answerHost(server.answerer, sent, publicKey);
  } finally {
    server.underWay -= 1;
  }
}

/** Wrong tokens are counted by it: those of one host must not shut out all others behind its relay. */
async function addressOf(fleet: Fleet, request: IncomingMessage, isEnrolment: boolean): Promise<string> {
  const relay = isEnrolment ? await findRelay(fleet, request) : undefined;
  const { remoteAddress = '' } = request.socket;
  return relay === undefined ? remoteAddress : `${relay.id} ${relay.address}`;
}

function headerOf(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
}

/** One line a minute for each host that is known, and for each address of those that are not. */
function tellLog({ log }: HostServer, request: IncomingMessage, { error, message }: Refusal): void {
  const address = request.socket.remoteAddress ?? '';
  const host = headerOf(request, requestHeaders.host);
  const isStranger = error === 'unknown-host' || error === 'wrong-signature' || request.url === hostRoutes.enrol;
  const key = isStranger ? `address ${address}` : `host ${host}`;
  log.once(key, 'a host was refused', { address, host, reason: error, message });
}

export function sendRefusal(response: ServerResponse, refusal: Refusal): void {
  if (refusal.retryAfter !== undefined) response.setHeader('Retry-After', refusal.retryAfter);
  sendJson(response, statuses[refusal.error], refusal);
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  if (response.headersSent || response.destroyed) return;
  const body = JSON.stringify(value);
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    // The rest of what is too large is not read.
    ...(status === 413 ? { Connection: 'close' } : {}),
  });
  response.end(body);
}
