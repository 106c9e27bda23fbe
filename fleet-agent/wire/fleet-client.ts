// Asks the fleet's server. In: a route and a value. Out: the answer, or the refusal, both checked. Each request is signed by the
// host's key over the bytes that are sent. Never: repeats a request; waits longer than it was told.
import { Agent, request } from 'node:http';
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { Duplex } from 'node:stream';
import { zstdCompressSync } from 'node:zlib';
import type { z } from 'zod';
import { checkInAnswerSchema, documentAnswerSchema } from '../../contract/fleet/check-in.ts';
import type { CheckIn, CheckInAnswer, HostDocument } from '../../contract/fleet/check-in.ts';
import { enrolmentAnswerSchema, refusalSchema } from '../../contract/fleet/enrolment.ts';
import type { Enrolment, EnrolmentAnswer, Refusal } from '../../contract/fleet/enrolment.ts';
import { hostRoutes } from '../../contract/fleet/routes.ts';
import { requestHeaders, signRequest } from '../../contract/fleet/signed-request.ts';
import type { HostKey } from '../state/host-key.ts';
import { connect } from './connect.ts';
import type { ConnectOptions } from './connect.ts';
import { ServerAwayError } from './server-away.ts';

export type Answered<T> = { readonly answer: T } | { readonly refusal: Refusal };
export type DocumentResult = z.infer<typeof documentAnswerSchema>['result'];

export type FleetClient = Disposable & {
  readonly enrol: (enrolment: Enrolment) => Promise<Answered<EnrolmentAnswer>>;
  readonly checkIn: (checkIn: CheckIn) => Promise<Answered<CheckInAnswer>>;
  readonly sendDocument: (document: HostDocument) => Promise<Answered<{ readonly result: DocumentResult }>>;
};

export type ClientOptions = ConnectOptions & { readonly key: HostKey };

/** Below this size compression costs more than it saves. */
const COMPRESSED_FROM_BYTES = 2048;
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

/** One connection for all requests, which ends with the client. @throws ServerAwayError by every request */
export function createFleetClient(options: ClientOptions): FleetClient {
  const agent = createAgent(options);
  const post = async <S extends z.ZodType>(path: string, value: unknown, schema: S): Promise<Answered<z.output<S>>> => {
    const { status, text } = await exchange(options, agent, signedPost(options.key, path, value));
    return readAnswer(options.url, schema, status, text);
  };
  return {
    enrol: (enrolment) => post(hostRoutes.enrol, enrolment, enrolmentAnswerSchema),
    checkIn: (checkIn) => post(hostRoutes.checkIn, checkIn, checkInAnswerSchema),
    sendDocument: (document) => post(hostRoutes.documents, document, documentAnswerSchema),
    [Symbol.dispose]: () => agent.destroy(),
  };
}

/** Node's own pool, with connections to a server that has been recognised. */
function createAgent(options: ConnectOptions): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  agent.createConnection = (_, callback) => {
    void handOver(connect(options), callback);
    return undefined;
  };
  return agent;
}

type ConnectionTaker = Parameters<Agent['createConnection']>[1];

async function handOver(connecting: Promise<Duplex>, take: ConnectionTaker): Promise<void> {
  let socket: Duplex;
  try {
    socket = await connecting;
  } catch (error) {
    take?.(error as Error, undefined as unknown as Duplex);
    return;
  }
  take?.(null, socket);
}

type Post = { readonly path: string; readonly headers: OutgoingHttpHeaders; readonly body: Uint8Array };

function signedPost(key: HostKey, path: string, value: unknown): Post {
  const plain = Buffer.from(JSON.stringify(value));
  const isCompressed = plain.length >= COMPRESSED_FROM_BYTES && path !== hostRoutes.enrol;
  const body = isCompressed ? zstdCompressSync(plain) : plain;
  const headers = {
    'Content-Type': 'application/json',
    'Content-Length': body.length,
    ...(isCompressed ? { 'Content-Encoding': 'zstd' } : {}),
    [requestHeaders.host]: key.id,
    [requestHeaders.signature]: signRequest({ hostId: key.id, method: 'POST', path, body }, key.privateKey),
  };
  return { path, headers, body };
}

type Received = { readonly status: number; readonly text: string };

async function exchange(
  { url, timeoutMs }: ConnectOptions,
  agent: Agent,
  { path, headers, body }: Post,
): Promise<Received> {
  const { promise, resolve, reject } = Promise.withResolvers<Received>();
  const { host } = new URL(url);
  const signal = AbortSignal.timeout(timeoutMs);
  const asked = request({ method: 'POST', path, headers: { Host: host, ...headers }, agent, signal }, (answer) => {
    readText(answer).then((text) => resolve({ status: answer.statusCode ?? 0, text }), reject);
  });
  asked.once('error', reject);
  asked.end(body);
  return promise.catch((error: unknown) => {
    throw ServerAwayError.of(url, error, timeoutMs);
  });
}

async function readText(answer: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MAX_ANSWER_BYTES) throw new ServerAwayError('no-fleet-server', 'the answer has more than 4 MiB');
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}

function readAnswer<S extends z.ZodType>(url: string, schema: S, status: number, text: string): Answered<z.output<S>> {
  const value = parseJson(text);
  const answer = schema.safeParse(value);
  if (status === 200 && answer.success) return { answer: answer.data };
  const refusal = refusalSchema.safeParse(value);
  if (refusal.success) return { refusal: refusal.data };
  if (status === 502 || status === 503 || status === 504) {
    return {
      refusal: { error: 'busy', message: `${url} answers ${status}: what stands before the server does not reach it` },
    };
  }
  throw new ServerAwayError('no-fleet-server', `${url} answers ${status}, and not as a fleet's server does`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
