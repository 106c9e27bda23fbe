// The machine's side of the protocol. In: the server's URL, a token. Out: checked answers. Never: decides anything.
import type { KeyObject } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { z } from 'zod';
import { describeError, UserError } from '../lib/errors.ts';
import { httpExchange } from '../lib/http-exchange.ts';
import type { HttpAnswer, HttpExchange } from '../lib/http-exchange.ts';
import { parseJsonEdge } from '../lib/parse-edge.ts';
import { recordedDataSchema } from './disk-record.ts';
import type { DiskRecord, RecordedData } from './disk-record.ts';
import { adoptionSchema, siteKeysSchema } from './adoption.ts';
import type { Adoption, AdoptionRequest } from './adoption.ts';
import { bootAnswerSchema } from './boot-answer.ts';
import type { BootAnswer } from './boot-answer.ts';
import { EVENTS_VERSION } from './events.ts';
import type { InstallEvent, PostedEvents } from './events.ts';
import { lookupSchema } from './lookup.ts';
import type { Lookup } from './lookup.ts';
import type { Report } from './report.ts';
import { routes } from './routes.ts';
import { isSignedAnswer, makeNonce, signatureHeaders } from './signed-answer.ts';

export type ClientOptions = {
  /** `http://10.77.0.1:8080`, no trailing slash. */
  readonly serverUrl: string;
  readonly token?: string;
  /** The site's: an answer that decides what becomes of the machine is believed when one of them has signed it. */
  readonly publicKeys: readonly KeyObject[];
  /** How long a request is tried again while the server does not answer or answers 5xx. */
  readonly patienceMs: number;
  /** Told once when the server stops answering, and once when it is back. */
  readonly onServer?: (state: 'away' | 'back', detail: string) => void;
};

export type ServerClient = {
  /** What a machine with this MAC address is to do that was started from a medium; `installer` begins an attempt. */
  readonly bootDecision: (mac: string) => Promise<BootAnswer>;
  readonly lookup: (mac: string) => Promise<Lookup>;
  /** A file below `/store/`; the caller checks its digest. */
  readonly storeFile: (path: string) => Promise<Uint8Array<ArrayBuffer>>;
  readonly sendEvents: (machineId: string, events: readonly InstallEvent[]) => Promise<void>;
  readonly sendReport: (machineId: string, report: Report) => Promise<void>;
  /** Returns when the server has stored the record durably; until then nothing may be written to a disk. */
  readonly saveDisks: (machineId: string, record: DiskRecord) => Promise<void>;
  /** The data extents of the newest record that was saved; empty when there is none. */
  readonly recordedData: (machineId: string) => Promise<RecordedData[]>;
  /** PEM text of the site's public keys; to be compared with a fingerprint before they are believed. */
  readonly siteKeys: () => Promise<string[]>;
  /** Exchanges the one-time token of `gutinteg claim` for the machine's own. */
  readonly adopt: (oneTimeToken: string, request: AdoptionRequest) => Promise<Adoption>;
};

/** What an installer asks: a server, or the medium that it was started from. */
export type InstallClient = Pick<ServerClient, 'lookup' | 'storeFile' | 'sendEvents' | 'saveDisks' | 'recordedData'>;

/** The server answered, and the answer is no: trying again would not help. */
export class RefusedError extends UserError {
  override readonly name = 'RefusedError';
  readonly status: number;

  constructor(what: string, status: number, text: string) {
    super(`${what}: the server answered ${status}: ${text.slice(0, 500).trim() || 'nothing'}`);
    this.status = status;
  }
}

/** No answer, or none but 5xx, for as long as the client had patience. */
export class ServerAwayError extends UserError {
  override readonly name = 'ServerAwayError';
}

const SILENCE_MS = 30_000;
/** Larger than any manifest or pack. */
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;
const PAUSE_MS = { first: 250, most: 5_000 };

/**
 * Each method throws RefusedError on an answer below 500 that is not 2xx, ServerAwayError when `patienceMs` runs out, and
 * UserError on an answer that is not signed though it must be.
 */
export function createClient(options: ClientOptions): ServerClient {
  const headers = authorization(options.token);
  const asking = { ...options, connection: watchConnection(options) };
  const get = async (path: string): Promise<Uint8Array<ArrayBuffer>> =>
    (await patiently(asking, path, { method: 'GET', headers })).body;
  const getSigned = async <T>(path: string, schema: z.ZodType<T>): Promise<T> => {
    const nonce = makeNonce();
    const signed = { ...headers, [signatureHeaders.nonce]: nonce };
    const answer = await patiently(asking, path, { method: 'GET', headers: signed });
    requireSignature(options, { nonce, path, answer });
    return parseJsonEdge(schema, new TextDecoder().decode(answer.body), `${options.serverUrl}${path}`);
  };
  const post = async (path: string, body: unknown, token = options.token): Promise<Uint8Array<ArrayBuffer>> => {
    const json = { ...authorization(token), 'content-type': 'application/json' };
    return (await patiently(asking, path, { method: 'POST', headers: json, body: JSON.stringify(body) })).body;
  };
  return {
    bootDecision: async (mac) => getSigned(routes.bootDecision(mac), bootAnswerSchema),
    lookup: async (mac) => getSigned(routes.lookupByMac(mac), lookupSchema),
    recordedData: async (machineId) => getSigned(routes.recordedData(machineId), recordedDataSchema),
    saveDisks: async (machineId, record) => void (await post(routes.disks(machineId), record)),
    siteKeys: async () => {
      const text = new TextDecoder().decode(await get(routes.siteKeys));
      return parseJsonEdge(siteKeysSchema, text, `${options.serverUrl}${routes.siteKeys}`).keys;
    },
    adopt: async (oneTimeToken, request) => {
      const text = new TextDecoder().decode(await post(routes.adoptions, request, oneTimeToken));
      return parseJsonEdge(adoptionSchema, text, `${options.serverUrl}${routes.adoptions}`);
    },
    storeFile: async (path) => get(`/store/${path}`),
    sendEvents: async (machineId, events) =>
      void (await post(routes.events(machineId), { version: EVENTS_VERSION, events } satisfies PostedEvents)),
    sendReport: async (machineId, report) => void (await post(routes.report(machineId), report)),
  };
}

/** @throws UserError: an answer without a signature is never believed, or whoever forges one would leave it out */
function requireSignature(
  { serverUrl, token, publicKeys }: ClientOptions,
  { nonce, path, answer }: { nonce: string; path: string; answer: HttpAnswer },
): void {
  const what = `GET ${serverUrl}${path}`;
  const signature = answer.headers[signatureHeaders.signature];
  if (typeof signature !== 'string') {
    throw new UserError(`${what}: the answer is not signed, so it is not believed`, {
      hint: 'upgrade gutinteg on the server, if it is older than on this machine; otherwise somebody answers in its place',
    });
  }
  if (isSignedAnswer({ nonce, path, token, body: answer.body }, signature, publicKeys)) return;
  throw new UserError(
    `${what}: none of the ${publicKeys.length} keys that this machine has of the site signed the answer to this ` +
      'request, so it is not believed',
    {
      hint:
        "gutinteg prepare on the server, if the site's key is new, and install or adopt the machine anew; " +
        "otherwise somebody answers in the server's place",
    },
  );
}

const authorization = (token: string | undefined): Record<string, string> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` };

type Request = Pick<HttpExchange, 'method' | 'headers' | 'body'>;

type Connection = { readonly lost: (detail: string) => void; readonly answered: (what: string) => void };

/** Requests that fail side by side mean one server that is away. */
function watchConnection({ onServer }: ClientOptions): Connection {
  let state: 'away' | 'back' = 'back';
  const change = (now: typeof state, detail: string): void => {
    if (now === state) return;
    state = now;
    onServer?.(now, detail);
  };
  return { lost: (detail) => change('away', detail), answered: (what) => change('back', what) };
}

async function patiently(
  options: ClientOptions & { readonly connection: Connection },
  path: string,
  request: Request,
): Promise<HttpAnswer> {
  const what = `${request.method} ${options.serverUrl}${path}`;
  const deadline = performance.now() + options.patienceMs;
  for (let pauseMs = PAUSE_MS.first; ; pauseMs = Math.min(pauseMs * 2, PAUSE_MS.most)) {
    const outcome = await attempt(options.serverUrl + path, what, request);
    if (!(outcome instanceof Error)) {
      options.connection.answered(what);
      return outcome;
    }
    if (performance.now() + pauseMs >= deadline) {
      const seconds = Math.round(options.patienceMs / 1000);
      throw new ServerAwayError(`${what}: no answer for ${seconds} s: ${outcome.message}`, { cause: outcome });
    }
    options.connection.lost(`${what}: ${outcome.message}`);
    await delay(pauseMs);
  }
}

/** A good answer, or the reason why to try again. */
async function attempt(url: string, what: string, request: Request): Promise<HttpAnswer | Error> {
  try {
    const answer = await httpExchange(url, { ...request, timeoutMs: SILENCE_MS, maxBytes: MAX_ANSWER_BYTES });
    const { status, body } = answer;
    if (status >= 200 && status < 300) return answer;
    const text = new TextDecoder().decode(body);
    if (status < 500) throw new RefusedError(what, status, text);
    return new Error(`the server answered ${status}: ${text.slice(0, 200)}`);
  } catch (error) {
    if (error instanceof RefusedError) throw error;
    return new Error(describeError(error), { cause: error });
  }
}
