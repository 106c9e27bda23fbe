// The way to an address from which the server fetches a package file. In: an address. Out: the answer as a stream. Each address that a name
// stands for is judged when it is connected to, so that no name and no redirection leads elsewhere. Never: repeats a request.
import { lookup } from 'node:dns';
import { request as httpRequest } from 'node:http';
import type { IncomingMessage, RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import { networkInterfaces } from 'node:os';
import { getCACertificates } from 'node:tls';
import { UserError } from '../../lib/errors.ts';
import { urlToTell } from '../../lib/url-to-tell.ts';
import { refuseAddress } from './judge-address.ts';

export type UrlPlace = {
  readonly url: string;
  /** Whoever asks has said that private addresses are wanted. */
  readonly allowPrivate: boolean;
  readonly signal: AbortSignal;
};

const SILENT_MS = 30_000;
const MAX_REDIRECTIONS = 5;
const REDIRECTIONS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** @returns an answer with status 200 @throws UserError in words */
export async function openUrl({ url: first, allowPrivate, signal }: UrlPlace): Promise<IncomingMessage> {
  const { hostname: named } = new URL(first);
  let url = new URL(first);
  for (let hops = 0; hops <= MAX_REDIRECTIONS; hops += 1) {
    const answer = await ask(url, { isNamed: url.hostname === named, allowPrivate, signal });
    const { statusCode = 0, headers } = answer;
    if (statusCode === 200) return answer;
    answer.destroy();
    const next = REDIRECTIONS.has(statusCode) ? URL.parse(headers.location ?? '', url) : null;
    if (next === null) throw new UserError(`${urlToTell(url)} answers ${statusCode}`);
    const isAsSafe = next.protocol === 'https:' || (next.protocol === 'http:' && url.protocol === 'http:');
    if (!isAsSafe) throw new UserError(`${urlToTell(url)} leads to ${urlToTell(next)}, which is not https`);
    url = next;
  }
  throw new UserError(`${first} leads in circles`);
}

type Asked = { readonly isNamed: boolean; readonly allowPrivate: boolean; readonly signal: AbortSignal };

async function ask(url: URL, { isNamed, allowPrivate, signal }: Asked): Promise<IncomingMessage> {
  const judge = (address: string): Error | undefined => {
    const why = allowPrivate ? undefined : refuseAddress(address, { isNamed, own: ownAddresses() });
    if (why === undefined) return undefined;
    return new UserError(`${urlToTell(url)}: ${why}`, { hint: '--allow-private lets the server ask there' });
  };
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const fault = isIP(host) === 0 ? undefined : judge(host);
  if (fault !== undefined) throw fault;
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const options: RequestOptions = {
    headers: { 'User-Agent': 'gutinteg', 'Accept-Encoding': 'identity' },
    agent: false,
    signal,
    timeout: SILENT_MS,
    lookup: judgedLookup(judge),
  };
  const ca = [...new Set([...getCACertificates('default'), ...getCACertificates('system')])];
  const sent =
    url.protocol === 'https:' ? httpsRequest(url, { ...options, ca }, resolve) : httpRequest(url, options, resolve);
  sent.once('timeout', () => sent.destroy(new Error(`${url.host} is silent for ${SILENT_MS / 1000} s`)));
  sent.once('error', reject);
  sent.end();
  return promise;
}

const ownAddresses = (): string[] =>
  Object.values(networkInterfaces()).flatMap((addresses = []) => addresses.map(({ address }) => address));

/** One bad address of a name is enough. */
const judgedLookup =
  (judge: (address: string) => Error | undefined): LookupFunction =>
  (name, options, callback) => {
    lookup(name, { ...options, all: true }, (error, addresses) => {
      const fault = error ?? addresses.map(({ address }) => judge(address)).find((each) => each !== undefined);
      const [first] = addresses ?? [];
      if (fault !== undefined && fault !== null) callback(fault, '', 0);
      else if (options.all === true) callback(null, addresses);
      else callback(null, first?.address ?? '', first?.family ?? 4);
    });
  };
