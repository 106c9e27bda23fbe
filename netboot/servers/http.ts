// The LAN port: the machine routes of contract/routes.ts and nothing else. Bodies are bounded and checked; files are
// sent by digest or by fixed name only.
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import express from 'express';
import type { Express } from 'express';
import { bindError } from './bind-error.ts';
import { createSlots } from './slots.ts';
import type { Ticket } from './slots.ts';
import type { LogOnce } from '../../lib/limited-log.ts';
import { answerErrors, notFound } from './http-errors.ts';
import type { Audience } from './http-errors.ts';
import { mergeSlashes, refuseOtherMethods, refuseSeveralHosts, tidyRange } from './tidy-request.ts';

export type HttpServer = { readonly port: number; readonly close: () => Promise<void> };

/** Connections; one on which little has gone on for the last seconds is given up for one of another address. */
const LIMITS = { ofAll: 1000, ofOne: 32, restMs: 5000 } as const;
/** Connections that the kernel has accepted for us; a machine that finds this full waits for seconds. */
const BACKLOG = 4096;
const SAMPLE_MS = 1000;
/** Fewer bytes than these in a second are no progress. */
const MIN_PROGRESS_BYTES = 4096;
/** A client that sends its request slower than this, or sits idle, is cut off. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 60_000;
const IDLE_TIMEOUT_MS = 60_000;

/** An express application with no banner, no query parsing and strict paths; errors become short JSON. */
export function createApp(
  logOnce: LogOnce,
  addRoutes: (app: Express) => void,
  audience: Audience = 'network',
): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', false);
  app.set('strict routing', true);
  app.set('case sensitive routing', true);
  app.use(refuseSeveralHosts, mergeSlashes, tidyRange);
  addRoutes(app);
  app.use(refuseOtherMethods(app), notFound);
  app.use(answerErrors(logOnce, audience));
  return app;
}

export type HttpPlace = {
  readonly address: string;
  readonly port: number;
  /** Whether a machine of the site has the address: it comes before strangers when there are too many. */
  readonly isKnownAddress?: (address: string) => boolean;
};

/** @throws UserError that says what to do when the port cannot be had. */
export async function serveHttp(app: Express, place: HttpPlace): Promise<HttpServer> {
  const server = createServer(
    { headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS, connectionsCheckingInterval: 5000 },
    app,
  );
  limitConnections(server, place.isKnownAddress ?? (() => false));
  server.timeout = IDLE_TIMEOUT_MS;
  await listen(server, place).catch((error: unknown) => {
    throw bindError(error, { service: 'HTTP', ...place });
  });
  return { port: (server.address() as AddressInfo).port, close: () => closeServer(server) };
}

/** A thousand readers that read nothing must not keep a machine from its kernel. */
function limitConnections(server: Server, isKnownAddress: (address: string) => boolean): void {
  const slots = createSlots({ ...LIMITS, isKnownAddress });
  const sampled = new Map<Socket, { bytes: number; ticket: Ticket }>();
  server.prependListener('connection', (socket: Socket) => {
    const ticket = slots.take(socket.remoteAddress ?? 'nowhere', () => socket.destroy());
    if (ticket === undefined) {
      socket.destroy();
      return;
    }
    sampled.set(socket, { bytes: 0, ticket });
    socket.once('close', () => {
      sampled.delete(socket);
      ticket.leave();
    });
  });
  const timer = setInterval(() => {
    for (const [socket, before] of sampled) {
      const bytes = socket.bytesRead + socket.bytesWritten;
      if (bytes - before.bytes >= MIN_PROGRESS_BYTES) before.ticket.moved();
      before.bytes = bytes;
    }
  }, SAMPLE_MS);
  timer.unref();
  server.once('close', () => {
    clearInterval(timer);
  });
}

async function listen(server: Server, place: { address: string; port: number }): Promise<void> {
  const listening = Promise.withResolvers<void>();
  server.once('error', listening.reject);
  server.listen({ port: place.port, host: place.address, backlog: BACKLOG }, () => {
    server.off('error', listening.reject);
    listening.resolve();
  });
  await listening.promise;
}

/** Requests under way get two seconds to end. */
export async function closeServer(server: Server): Promise<void> {
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
