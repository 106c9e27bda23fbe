// Gets a file from an address that an order names; its SHA-256 is known, so nobody on the way can change it unseen. In: an address, how
// much is there already. Out: pieces with their places. Never: takes more than was announced, or waits for ever.
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { getCACertificates } from 'node:tls';
import { describeError } from '../../lib/errors.ts';
import { urlToTell } from '../../lib/url-to-tell.ts';

export type UrlFetch = {
  readonly url: string;
  /** Bytes that are there. */
  readonly from: number;
  /** Of the whole file. */
  readonly bytes: number;
  readonly signal: AbortSignal;
  readonly write: (from: number, bytes: Uint8Array) => void;
};

const SILENT_MS = 30_000;
const MAX_REDIRECTIONS = 5;
const RANGE = /^bytes (\d+)-/;

/** Ends early, without an error, when the signal comes. @returns why nothing comes from there, in words; undefined when all is well */
export async function fetchUrl(fetch: UrlFetch): Promise<string | undefined> {
  try {
    const answer = await follow(fetch);
    if (typeof answer === 'string') return answer;
    return await take(fetch, answer);
  } catch (error) {
    return fetch.signal.aborted ? undefined : `${urlToTell(fetch.url)}: ${describeError(error)}`;
  }
}

async function follow(fetch: UrlFetch): Promise<IncomingMessage | string> {
  let url = new URL(fetch.url);
  for (let hops = 0; hops <= MAX_REDIRECTIONS; hops += 1) {
    const answer = await ask(url, fetch);
    const { statusCode = 0, headers } = answer;
    if (statusCode === 200 || statusCode === 206) return answer;
    answer.destroy();
    const next = [301, 302, 303, 307, 308].includes(statusCode) ? URL.parse(headers.location ?? '', url) : null;
    if (next === null) return `${urlToTell(url)} answers ${statusCode}`;
    const isAsSafe = next.protocol === 'https:' || (next.protocol === 'http:' && url.protocol === 'http:');
    if (!isAsSafe) return `${urlToTell(url)} leads to ${urlToTell(next)}, which is not https`;
    url = next;
  }
  return `${urlToTell(fetch.url)} leads in circles`;
}

async function ask(url: URL, { from, signal }: UrlFetch): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const headers = {
    'User-Agent': 'gutinteg',
    'Accept-Encoding': 'identity',
    ...(from === 0 ? {} : { Range: `bytes=${from}-` }),
  };
  const options = { headers, signal, timeout: SILENT_MS };
  const sent =
    url.protocol === 'https:'
      ? httpsRequest(url, { ...options, agent: new HttpsAgent({ proxyEnv: process.env, ca: trusted() }) }, resolve)
      : httpRequest(url, { ...options, agent: new HttpAgent({ proxyEnv: process.env }) }, resolve);
  sent.once('timeout', () => sent.destroy(new Error(`no answer for ${SILENT_MS / 1000} s`)));
  sent.once('error', reject);
  sent.end();
  return promise;
}

/** Also those that the administrator of this host has added. */
const trusted = (): string[] => [...new Set([...getCACertificates('default'), ...getCACertificates('system')])];

async function take({ from, bytes, url, write }: UrlFetch, answer: IncomingMessage): Promise<string | undefined> {
  const start = answer.statusCode === 206 ? Number(RANGE.exec(answer.headers['content-range'] ?? '')?.[1]) : 0;
  if (start !== 0 && start !== from) return `${urlToTell(url)} answers with another part than was asked for`;
  let place = start;
  for await (const piece of answer as AsyncIterable<Uint8Array>) {
    if (place + piece.length > bytes) return `${urlToTell(url)} has more than the ${bytes} bytes that were approved`;
    write(place, piece);
    place += piece.length;
  }
  return place === bytes ? undefined : `${urlToTell(url)} has ended after ${place} of ${bytes} bytes`;
}
