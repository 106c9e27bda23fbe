// Asks the fleet's server. In: a route and a value. Out: the answer, or the refusal, both checked. Each request is signed by the
// host's key over the bytes that are sent. Never: repeats a request; waits longer than it was told.
import { request } from 'node:http';
import type { Agent, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { zstdCompressSync } from 'node:zlib';
import type { z } from 'zod';
import { checkInAnswerSchema, documentAnswerSchema } from '../../contract/fleet/check-in.ts';
import type { CheckIn, CheckInAnswer, HostDocument } from '../../contract/fleet/check-in.ts';
import type { ConnectOptions } from '../../contract/fleet/connection/connect.ts';
import { createConnectionPool } from '../../contract/fleet/connection/connection-pool.ts';
import { ServerAwayError } from '../../contract/fleet/connection/server-away.ts';
import { enrolmentAnswerSchema, refusalSchema } from '../../contract/fleet/enrolment.ts';
import type { Enrolment, EnrolmentAnswer, Refusal } from '../../contract/fleet/enrolment.ts';
import { hostRoutes } from '../../contract/fleet/routes.ts';
import { requestHeaders, signRequest } from '../../contract/fleet/signed-request.ts';
import type { HostKey } from '../state/host-key.ts';

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
  const agent = createConnectionPool(options, 1);
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
