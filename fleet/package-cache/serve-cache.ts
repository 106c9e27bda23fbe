// The HTTP port of the cache. In: requests of hosts. Out: files, whole or in part, as RFC 9110 has it. Bounded: connections, the
// time that a sender may take. Never: opens a tunnel; shows a directory.
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { UserError, describeError } from '../../lib/errors.ts';
import { createLimitedLog } from '../../lib/limited-log.ts';
import type { LimitedLog } from '../../lib/limited-log.ts';
import type { Log } from '../../lib/log.ts';
import { decideReply } from './decide-reply.ts';
import type { CacheAnswer, PackageCache } from './package-cache.ts';
import { readTarget } from './read-target.ts';
import type { Origin } from './read-target.ts';

export type CacheServer = { readonly port: number; readonly close: () => Promise<void> };

export type CacheServerOptions = {
  readonly cache: PackageCache;
  readonly origins: readonly Origin[];
  readonly address: string;
  /** 0 is any. */
  readonly port: number;
  readonly log: Log;
};

const MAX_CONNECTIONS = 2000;
const SILENT_MS = 60_000;

/** @throws UserError when it cannot listen */
export async function serveCache(options: CacheServerOptions): Promise<CacheServer> {
  const log = createLimitedLog(options.log);
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 30_000, maxHeaderSize: 8192 });
  server.maxConnections = MAX_CONNECTIONS;
  server.timeout = SILENT_MS;
  server.on('request', (request, response) => void respond(options, log, request, response));
  server.on('connect', (_request, socket) => {
    const text = 'this cache opens no tunnels; use its own address, http://CACHE/NAME/\n';
    socket.end(`HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: ${text.length}\r\n\r\n${text}`);
  });
  await listen(server, options);
  return { port: (server.address() as AddressInfo).port, close: () => close(server) };
}

async function respond(
  { cache, origins }: CacheServerOptions,
  log: LimitedLog,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    if (request.method !== 'GET' && request.method !== 'HEAD') return sendText(response, 405, 'only GET and HEAD');
    const target = readTarget(request.url ?? '', origins);
    if ('status' in target) return sendText(response, target.status, target.message);
    const answer = await cache.answer(target, passedHeaders(request));
    const sent = await send(answer, request, response);
    cache.countSent(target.origin.name, sent);
  } catch (error) {
    // A host that goes is no fault; what was not kept whole is told to it by the end of the connection.
    log.once(`answer ${describeError(error)}`, 'a request was not answered', { error: describeError(error) });
    if (response.headersSent) response.destroy();
    else sendText(response, 500, 'the cache has failed; its log says why');
  }
  return undefined;
}

/** What an origin may hear of a host, where the cache only passes on. */
function passedHeaders({ headers }: IncomingMessage): Record<string, string> {
  const names = ['range', 'if-range', 'if-modified-since', 'if-none-match'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = headers[name];
      return typeof value === 'string' ? [[name, value] as const] : [];
    }),
  );
}

const PASSED_BACK = ['content-length', 'content-type', 'content-range', 'last-modified', 'etag', 'accept-ranges'];

/** @returns bytes of the body */
async function send(answer: CacheAnswer, request: IncomingMessage, response: ServerResponse): Promise<number> {
  if (answer.kind === 'refused') {
    sendText(response, answer.status, answer.message);
    return 0;
  }
  if (answer.kind === 'passed') {
    const { statusCode = 502, headers } = answer.answer;
    for (const name of PASSED_BACK) if (headers[name] !== undefined) response.setHeader(name, headers[name]);
    response.writeHead(statusCode);
    return sendBody(answer.answer, request, response);
  }
  const reply = decideReply(answer, request.headers);
  response.writeHead(reply.status, reply.headers);
  const body = reply.range === undefined ? [] : answer.read(reply.range.start, reply.range.end);
  return sendBody(Readable.from(body, { objectMode: false }), request, response);
}

async function sendBody(body: Readable, request: IncomingMessage, response: ServerResponse): Promise<number> {
  if (request.method === 'HEAD') {
    body.destroy();
    response.end();
    return 0;
  }
  let bytes = 0;
  // A host may have gone long before its file fails; pipeline no longer listens then.
  body.on('error', () => undefined);
  body.on('data', (chunk: Buffer) => (bytes += chunk.length));
  await pipeline(body, response);
  return bytes;
}

function sendText(response: ServerResponse, status: number, message: string): void {
  const retry = status === 503 ? { 'Retry-After': '10' } : {};
  const body = `${message}\n`;
  const length = Buffer.byteLength(body);
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': length, ...retry });
  response.end(body);
}

async function listen(server: Server, { address, port }: CacheServerOptions): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(port, address, resolve);
  await promise.catch((cause: unknown) => {
    throw new UserError(`the cache cannot listen on ${address}, port ${port}; nothing was started`, { cause });
  });
}

async function close(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  server.closeAllConnections();
  await promise;
}
