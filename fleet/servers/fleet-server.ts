// The HTTPS port of the fleet. In: a fleet, a key and a certificate, handlers by path. Out: a server that listens.
// Bounded: connections, the time that a sender may take. Never: knows what the paths mean.
import { createServer } from 'node:https';
import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { UserError, describeError } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import { createLimitedLog } from '../../lib/limited-log.ts';
import { sendJson } from './host-routes.ts';
import type { Handler } from './host-routes.ts';

export type FleetServer = {
  readonly port: number;
  readonly server: Server;
  /** A renewed key and certificate, for connections from now on. */
  readonly renew: (pair: { readonly key: string; readonly certificate: string }) => void;
  readonly close: () => Promise<void>;
};

export type FleetServerOptions = {
  readonly address: string;
  /** 0 is any. */
  readonly port: number;
  /** PEM. */
  readonly key: string;
  readonly certificate: string;
  /** Certificates in PEM that client certificates are asked by; without it none is asked for. */
  readonly clientAuthority?: string;
  readonly log: Log;
  /** By exact path, without a query. */
  readonly routes: Readonly<Record<string, Handler>>;
  /** All other paths; without one they are not there. */
  readonly otherwise?: Handler;
  /** How long a whole request may take. */
  readonly requestMs?: number;
};

const MAX_CONNECTIONS = 4000;
const HANDSHAKE_MS = 10_000;
const HEADERS_MS = 10_000;
/** For a whole request: 4 MiB at 70 kB/s. A slower sender is cut off. */
const REQUEST_MS = 60_000;
/** A host sends its documents right after its check-in, and then goes. */
const IDLE_MS = 5000;
/** How often slow senders are looked for. */
const CHECK_MS = 2000;
const MAX_HEADER_BYTES = 8192;

/** @throws UserError when it cannot listen, or the key does not fit the certificate */
export async function startFleetServer(options: FleetServerOptions): Promise<FleetServer> {
  const server = makeServer(options);
  server.maxConnections = MAX_CONNECTIONS;
  server.keepAliveTimeout = IDLE_MS;
  server.timeout = REQUEST_MS;
  await listen(server, options);
  return {
    port: (server.address() as AddressInfo).port,
    server,
    renew: (pair) => server.setSecureContext(contextOf({ ...options, ...pair })),
    close: () => close(server),
  };
}

type Context = Pick<FleetServerOptions, 'key' | 'certificate' | 'clientAuthority'>;

const contextOf = ({ key, certificate, clientAuthority }: Context) => ({
  key,
  cert: certificate,
  minVersion: 'TLSv1.2' as const,
  ...(clientAuthority === undefined ? {} : { ca: clientAuthority }),
});

function makeServer(options: FleetServerOptions): Server {
  const { log, routes, otherwise, clientAuthority, requestMs = REQUEST_MS } = options;
  const { once } = createLimitedLog(log);
  const limits = {
    handshakeTimeout: HANDSHAKE_MS,
    headersTimeout: Math.min(HEADERS_MS, requestMs),
    requestTimeout: requestMs,
    connectionsCheckingInterval: Math.min(CHECK_MS, requestMs / 4),
    maxHeaderSize: MAX_HEADER_BYTES,
  };
  try {
    // What is wrong with a client certificate is told in words (fleet/tls/judge-client.ts), which an aborted handshake cannot.
    const asks = { requestCert: clientAuthority !== undefined, rejectUnauthorized: false };
    return createServer({ ...contextOf(options), ...limits, ...asks }, (request, response) => {
      const path = (request.url ?? '').split('?')[0] ?? '';
      const handler = (Object.hasOwn(routes, path) ? routes[path] : undefined) ?? otherwise ?? notThere;
      handler(request, response).catch((error: unknown) => {
        const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
        once(`request ${describeError(error)}`, 'a request failed', { path, error: stack });
        sendJson(response, 503, {
          error: 'busy',
          message: 'the server could not do this now; see its log',
          retryAfter: 60,
        });
      });
    });
  } catch (error) {
    throw new UserError("the fleet's TLS key and certificate cannot be used", {
      cause: error,
      exitCode: 2,
      hint: 'gutinteg fleet tls makes new ones',
    });
  }
}

const notThere: Handler = (request, response) => {
  sendJson(response, 404, { error: `no such path: ${(request.url ?? '').slice(0, 200)}` });
  return Promise.resolve();
};

async function listen(server: Server, { address, port }: FleetServerOptions): Promise<void> {
  const listening = Promise.withResolvers<void>();
  server.once('error', listening.reject);
  server.listen({ port, host: address, backlog: 4096 }, () => {
    server.off('error', listening.reject);
    listening.resolve();
  });
  await listening.promise.catch((error: unknown) => {
    throw new UserError(`the fleet's server cannot listen on ${address}, port ${port}`, {
      cause: error,
      hint: `ss -tlnp 'sport = ${port}' shows who listens there; --listen ADDRESS:PORT takes another`,
    });
  });
}

/** Requests under way get two seconds to end. */
async function close(server: Server): Promise<void> {
  const closed = Promise.withResolvers<void>();
  server.close(() => {
    closed.resolve();
  });
  server.closeIdleConnections();
  const deadline = setTimeout(() => {
    server.closeAllConnections();
  }, 2000);
  await closed.promise;
  clearTimeout(deadline);
}
