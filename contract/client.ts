// The machine's end of the wire. In: the server's URL, a token. Out: checked answers. Never: decides anything.
import { setTimeout as delay } from 'node:timers/promises';
import { describeError, UserError } from '../lib/errors.ts';
import { parseJsonEdge } from '../lib/parse-edge.ts';
import type { InstallEvent } from './events.ts';
import { lookupSchema } from './lookup.ts';
import type { Lookup } from './lookup.ts';
import type { Report } from './report.ts';
import { routes } from './routes.ts';

export type ClientOptions = {
  /** `http://10.77.0.1:8080`, no trailing slash. */
  readonly serverUrl: string;
  readonly token?: string;
  /** How long a request is tried again while the server does not answer or answers 5xx. */
  readonly patienceMs: number;
  /** Told once when the server stops answering, and once when it is back. */
  readonly onServer?: (state: 'away' | 'back', detail: string) => void;
};

export type ServerClient = {
  readonly lookup: (mac: string) => Promise<Lookup>;
  /** A file below `/store/`; the caller checks its digest. */
  readonly storeFile: (path: string) => Promise<Uint8Array<ArrayBuffer>>;
  readonly sendEvents: (machineId: string, events: readonly InstallEvent[]) => Promise<void>;
  readonly sendReport: (machineId: string, report: Report) => Promise<void>;
};

/** The server answered, and the answer is no: trying again would not help. */
export class RefusedError extends UserError {
  override readonly name = 'RefusedError';
  readonly status: number;

  constructor(what: string, status: number, text: string) {
    super(`${what}: the server answered ${status}: ${text.slice(0, 500).trim() || 'nothing'}`);
    this.status = status;
  }
}

const ATTEMPT_TIMEOUT_MS = 30_000;
const PAUSE_MS = { first: 250, most: 5_000 };

/** @throws RefusedError on an answer below 500 that is not 2xx; UserError when `patienceMs` runs out. */
export function createClient(options: ClientOptions): ServerClient {
  const headers = options.token === undefined ? {} : { authorization: `Bearer ${options.token}` };
  const get = async (path: string): Promise<Response> => patiently(options, path, { headers });
  const post = async (path: string, body: unknown): Promise<void> => {
    const init = {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    };
    await (await patiently(options, path, init)).arrayBuffer();
  };
  return {
    lookup: async (mac) => {
      const path = routes.lookupByMac(mac);
      return parseJsonEdge(lookupSchema, await (await get(path)).text(), `${options.serverUrl}${path}`);
    },
    storeFile: async (path) => new Uint8Array(await (await get(`/store/${path}`)).arrayBuffer()),
    sendEvents: async (machineId, events) => post(routes.events(machineId), { events }),
    sendReport: async (machineId, report) => post(routes.report(machineId), report),
  };
}

async function patiently(options: ClientOptions, path: string, init: RequestInit): Promise<Response> {
  const what = `${init.method ?? 'GET'} ${options.serverUrl}${path}`;
  const deadline = performance.now() + options.patienceMs;
  let away = false;
  for (let pauseMs = PAUSE_MS.first; ; pauseMs = Math.min(pauseMs * 2, PAUSE_MS.most)) {
    const outcome = await attempt(options.serverUrl + path, what, init);
    if (outcome instanceof Response) {
      if (away) options.onServer?.('back', what);
      return outcome;
    }
    if (performance.now() + pauseMs >= deadline) {
      const seconds = Math.round(options.patienceMs / 1000);
      throw new UserError(`${what}: no answer for ${seconds} s: ${outcome.message}`, { cause: outcome });
    }
    if (!away) options.onServer?.('away', `${what}: ${outcome.message}`);
    away = true;
    await delay(pauseMs);
  }
}

/** A usable response, or the reason why to try again. The body is read here, so that a cut-off one is retried. */
async function attempt(url: string, what: string, init: RequestInit): Promise<Response | Error> {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(ATTEMPT_TIMEOUT_MS) });
    const body = await response.arrayBuffer();
    if (response.ok) return new Response(body, { headers: response.headers });
    const text = new TextDecoder().decode(body);
    if (response.status < 500) throw new RefusedError(what, response.status, text);
    return new Error(`the server answered ${response.status}: ${text.slice(0, 200)}`);
  } catch (error) {
    if (error instanceof RefusedError) throw error;
    return new Error(describeError(error), { cause: error });
  }
}
