// The LAN port: the machine routes of contract/routes.ts and nothing else. Bodies are bounded and checked; files are
// sent by digest or by fixed name only.
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import type { Express } from 'express';
import type { Log } from '../../lib/log.ts';
import { bindError } from './bind-error.ts';
import { answerErrors, notFound } from './http-errors.ts';

export type HttpServer = { readonly port: number; readonly close: () => Promise<void> };

const MAX_CONNECTIONS = 1000;
/** A client that sends its request slower than this, or sits idle, is cut off. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 60_000;
const IDLE_TIMEOUT_MS = 60_000;

/** An express application with no banner, no query parsing and strict paths; errors become short JSON. */
export function createApp(log: Log, addRoutes: (app: Express) => void): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', false);
  app.set('strict routing', true);
  app.set('case sensitive routing', true);
  addRoutes(app);
  app.use(notFound);
  app.use(answerErrors(log));
  return app;
}

/** @throws UserError that says what to do when the port cannot be had. */
export async function serveHttp(app: Express, place: { address: string; port: number }): Promise<HttpServer> {
  const server = createServer(
    { headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS, connectionsCheckingInterval: 5000 },
    app,
  );
  server.maxConnections = MAX_CONNECTIONS;
  server.timeout = IDLE_TIMEOUT_MS;
  await listen(server, place).catch((error: unknown) => {
    throw bindError(error, { service: 'HTTP', ...place });
  });
  return { port: (server.address() as AddressInfo).port, close: () => closeServer(server) };
}

async function listen(server: Server, place: { address: string; port: number }): Promise<void> {
  const listening = Promise.withResolvers<void>();
  server.once('error', listening.reject);
  server.listen(place.port, place.address, () => {
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
