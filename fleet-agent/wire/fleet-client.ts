// Asks the fleet's server. In: a route and a value. Out: the answer, or the refusal, both checked. Each request is signed by the
// host's key over the bytes that are sent. Never: repeats a request; waits longer than it was told.
import { request } from 'node:http';
import type { Agent, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { zstdCompressSync } from 'node:zlib';
import type { z } from 'zod';
import { certificateAnswerSchema } from '../../contract/fleet/certificate.ts';
import { checkInAnswerSchema, documentAnswerSchema, FLEET_PROTOCOL } from '../../contract/fleet/check-in.ts';
import type { CheckIn, CheckInAnswer, HostDocument } from '../../contract/fleet/check-in.ts';
import type { ConnectOptions } from '../../contract/fleet/connection/connect.ts';
import { createConnectionPool } from '../../contract/fleet/connection/connection-pool.ts';
import { createOwnCertificate } from '../../contract/fleet/connection/own-certificate.ts';
import type { OwnCertificateOptions } from '../../contract/fleet/connection/own-certificate.ts';
import { ServerAwayError } from '../../contract/fleet/connection/server-away.ts';
import { enrolmentAnswerSchema, refusalSchema } from '../../contract/fleet/enrolment.ts';
import type { Enrolment, EnrolmentAnswer, Refusal } from '../../contract/fleet/enrolment.ts';
import { partAnswerSchema } from '../../contract/fleet/package-file-part.ts';
import type { PartAnswer, PartRequest } from '../../contract/fleet/package-file-part.ts';
import { hostRoutes } from '../../contract/fleet/routes.ts';
import { requestHeaders, signRequest } from '../../contract/fleet/signed-request.ts';
import { UserError } from '../../lib/errors.ts';
import type { HostKey } from '../state/host-key.ts';

export type Answered<T> = { readonly answer: T } | { readonly refusal: Refusal };
export type DocumentResult = z.infer<typeof documentAnswerSchema>['result'];

export type FleetClient = Disposable & {
  /** Asks for a certificate of the host's key, and keeps it; afterwards the server is shown it. @throws UserError when none is given */
  readonly fetchCertificate: () => Promise<void>;
  readonly enrol: (enrolment: Enrolment) => Promise<Answered<EnrolmentAnswer>>;
  readonly checkIn: (checkIn: CheckIn) => Promise<Answered<CheckInAnswer>>;
  readonly sendDocument: (document: HostDocument) => Promise<Answered<{ readonly result: DocumentResult }>>;
  /** A part of a file of the server's store. */
  readonly fetchPart: (wanted: Omit<PartRequest, 'v'>) => Promise<Answered<PartAnswer>>;
};

export type ClientOptions = Omit<ConnectOptions, 'identity'> & {
  readonly key: HostKey;
  /** Where the host's certificate is kept. */
  readonly certificates: Pick<OwnCertificateOptions, 'read' | 'write'>;
};

/** Below this size compression costs more than it saves. */
const COMPRESSED_FROM_BYTES = 2048;
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

/** One connection for all requests, which ends with the client. @throws ServerAwayError by every request */
export function createFleetClient(options: ClientOptions): FleetClient {
  const { key, certificates } = options;
  const agent = createConnectionPool({ ...options, identity: () => own.shown() }, 1);
  const once: PostOnce = async (path, value, schema) => {
    const { status, text } = await exchange(options, agent, signedPost(key, path, value));
    return readAnswer(options.url, schema, status, text);
  };
  const fetch = () => askForCertificate(once);
  const reconnect = () => agent.destroy();
  const own = createOwnCertificate({ ...certificates, privateKey: key.privateKey, fetch, reconnect, now: options.now });
  const post: PostOnce = async (path, value, schema) => {
    const { answer, fault } = await own.around(() => once(path, value, schema), wantsCertificate);
    return fault === undefined ? answer : addFault(answer, fault);
  };
  return {
    fetchCertificate: async () => {
      certificates.write(await fetch());
      reconnect();
    },
    enrol: (enrolment) => post(hostRoutes.enrol, enrolment, enrolmentAnswerSchema),
    checkIn: (checkIn) => post(hostRoutes.checkIn, checkIn, checkInAnswerSchema),
    sendDocument: (document) => post(hostRoutes.documents, document, documentAnswerSchema),
    fetchPart: (wanted) => post(hostRoutes.packageFile, { v: FLEET_PROTOCOL, ...wanted }, partAnswerSchema),
    [Symbol.dispose]: () => agent.destroy(),
  };
}

type PostOnce = <S extends z.ZodType>(path: string, value: unknown, schema: S) => Promise<Answered<z.output<S>>>;

/** @throws UserError when the server gives none */
async function askForCertificate(post: PostOnce): Promise<string> {
  const asked = await post(hostRoutes.certificate, { v: FLEET_PROTOCOL }, certificateAnswerSchema);
  if ('answer' in asked) return asked.answer.certificate;
  throw new UserError(asked.refusal.message);
}

const wantsCertificate = (answered: Answered<unknown>): boolean =>
  'refusal' in answered && answered.refusal.error === 'client-certificate';

function addFault<T>(answered: Answered<T>, fault: string): Answered<T> {
  if ('answer' in answered) return answered;
  const { message, ...refusal } = answered.refusal;
  return { refusal: { ...refusal, message: `${message}; none was given: ${fault}`.slice(0, 2000) } };
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
