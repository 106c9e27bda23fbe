// A relay's way to the fleet's server: a few connections that are kept open for all hosts. In: a host's request as it came. Out:
// the server's answer as it came. Never: changes either; holds an answer without a bound.
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { KeyObject } from 'node:crypto';
import { createConnectionPool } from '../../contract/fleet/connection/connection-pool.ts';
import type { ClientIdentity } from '../../contract/fleet/connection/own-certificate.ts';
import { proxyFor } from '../../contract/fleet/connection/open-tunnel.ts';
import type { Pinned } from '../../contract/fleet/connection/trust.ts';
import { relayHeaders, signRelayed } from '../../contract/fleet/relayed-request.ts';
import { requestHeaders } from '../../contract/fleet/signed-request.ts';

export type HostRequest = {
  readonly hostId: string;
  readonly path: string;
  readonly signature: string;
  readonly encoding: string;
  readonly address: string;
  readonly body: Uint8Array;
};

/** The server is recognised as hosts recognise it. */
export type Upstream = Pinned & {
  /** `https://HOST:PORT` */
  readonly url: string;
  readonly relay: { readonly id: string; readonly privateKey: KeyObject };
  /** The relay's certificate, for a server that asks for one. */
  readonly identity?: () => ClientIdentity | undefined;
};

export type UpstreamAnswer = {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** The host's public key, as the server knows it. */
  readonly hostKey: string | undefined;
  readonly body: Uint8Array;
};

export type Forward = Disposable &
  ((sent: HostRequest) => Promise<UpstreamAnswer>) & {
    /** Ends the connections; the next request opens another. */
    readonly reconnect: () => void;
  };

/** Requests of all hosts go over these, one after another. */
const CONNECTIONS = 4;
const TIMEOUT_MS = 30_000;
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

/** @throws Error by each request that has no answer of the server */
export function createForward(upstream: Upstream): Forward {
  const { url, relay, ...pinned } = upstream;
  const proxy = proxyFor(url, process.env);
  const agent = createConnectionPool({ ...pinned, url, proxy, timeoutMs: TIMEOUT_MS, now: Date.now }, CONNECTIONS);
  const once = (sent: HostRequest): Promise<UpstreamAnswer> => {
    const { promise, resolve, reject } = Promise.withResolvers<UpstreamAnswer>();
    const headers = { Host: new URL(url).host, ...headersOf(relay, sent) };
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const options = { method: 'POST', path: sent.path, agent, headers, signal };
    const asked = request(options, (answer) => void readAnswer(answer).then(resolve, reject));
    asked.once('error', (error: NodeJS.ErrnoException) => reject(asked.reusedSocket ? new StaleError(error) : error));
    asked.end(sent.body);
    return promise;
  };
  // The server may have closed an idle connection at the same moment. A repeated request has no second effect.
  const forward = (sent: HostRequest): Promise<UpstreamAnswer> =>
    once(sent).catch((error: unknown) => (error instanceof StaleError ? once(sent) : Promise.reject(error)));
  return Object.assign(forward, { reconnect: () => agent.destroy(), [Symbol.dispose]: () => agent.destroy() });
}

class StaleError extends Error {
  override readonly name = 'StaleError';
  constructor(cause: Error) {
    super(cause.message, { cause });
  }
}

function headersOf(relay: Upstream['relay'], sent: HostRequest): Record<string, string | number> {
  const { hostId, path, signature, address, body, encoding } = sent;
  return {
    'Content-Type': 'application/json',
    'Content-Length': body.length,
    ...(encoding === '' ? {} : { 'Content-Encoding': encoding }),
    [requestHeaders.host]: hostId,
    [requestHeaders.signature]: signature,
    [relayHeaders.relay]: relay.id,
    [relayHeaders.address]: address,
    [relayHeaders.signature]: signRelayed({ relayId: relay.id, hostId, path, signature, address }, relay.privateKey),
  };
}

async function readAnswer(answer: IncomingMessage): Promise<UpstreamAnswer> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of answer as AsyncIterable<Uint8Array>) {
    length += part.length;
    if (length > MAX_ANSWER_BYTES) throw new Error(`the server's answer has more than ${MAX_ANSWER_BYTES} bytes`);
    parts.push(part);
  }
  const { statusCode: status = 0, headers } = answer;
  const hostKey = headers[relayHeaders.key];
  const body = Buffer.concat(parts);
  return {
    status,
    retryAfter: headers['retry-after'],
    hostKey: typeof hostKey === 'string' ? hostKey : undefined,
    body,
  };
}
