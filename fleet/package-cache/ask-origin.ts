// The way to the origins. In: an origin, a path, headers. Out: its answer, as a stream. Never: follows a redirection to a host that
// it was not told of; asks again at once an origin that has just not answered.
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { describeError } from '../../lib/errors.ts';
import type { Origin } from './read-target.ts';

/** The origin cannot be reached, or says that it cannot answer now. */
export class OriginAwayError extends Error {
  override readonly name = 'OriginAwayError';
}

type Headers = Readonly<Record<string, string>>;

export type AskOrigin = {
  /**
   * Over a few connections, for what the cache takes in by itself.
   * @throws OriginAwayError
   */
  readonly ask: (origin: Origin, path: string, headers?: Headers) => Promise<IncomingMessage>;
  /** The same over a connection of its own: for what one host reads as slowly as it likes, and what must not wait for downloads. */
  readonly askAside: (origin: Origin, path: string, headers?: Headers) => Promise<IncomingMessage>;
  readonly close: () => void;
};

const CONNECT_MS = 10_000;
const SILENT_MS = 30_000;
/** Hosts do not wait, one after another, for an origin that does not answer. */
const AWAY_MS = 5000;
const MAX_REDIRECTIONS = 3;
const CONNECTIONS = 8;

type Send = (url: URL) => Promise<IncomingMessage>;

export function createAskOrigin(options: {
  /** Hosts that an origin may send the cache to. */
  readonly redirectHosts: readonly string[];
  readonly now: () => number;
}): AskOrigin {
  const { redirectHosts, now } = options;
  const limits = { keepAlive: true, maxSockets: CONNECTIONS };
  const agents = { 'http:': new HttpAgent(limits), 'https:': new HttpsAgent(limits) };
  /** By name, until when it is not asked. */
  const away = new Map<string, number>();

  let isClosed = false;
  const underWay = new Set<ClientRequest>();

  async function follow(origin: Origin, path: string, send: Send): Promise<IncomingMessage> {
    if (isClosed) throw new OriginAwayError('the cache is being ended');
    if (now() < (away.get(origin.name) ?? 0)) throw new OriginAwayError(`${origin.url} does not answer now`);
    let url = new URL(`${origin.url}/${path.split('/').map(encodeURIComponent).join('/')}`);
    const hosts = new Set([new URL(origin.url).host, ...redirectHosts]);
    for (let hops = 0; hops <= MAX_REDIRECTIONS; hops += 1) {
      const answer = await reach(origin, url, send);
      const { statusCode = 0 } = answer;
      if (![301, 302, 303, 307, 308].includes(statusCode)) return answer;
      answer.destroy();
      const next = URL.parse(answer.headers.location ?? '', url);
      const isAsSafe = next?.protocol === 'https:' || next?.protocol === url.protocol;
      if (next === null || !hosts.has(next.host) || !isAsSafe) {
        throw new OriginAwayError(
          `${url.href} sends the cache to ${next?.host}, which --redirect-host does not name, or not by https`,
        );
      }
      url = next;
    }
    throw new OriginAwayError(`${origin.url} sends the cache in circles`);
  }

  async function reach(origin: Origin, url: URL, send: Send): Promise<IncomingMessage> {
    try {
      const answer = await send(url);
      away.delete(origin.name);
      if ((answer.statusCode ?? 0) < 500 && answer.statusCode !== 429) return answer;
      answer.destroy();
    } catch (error) {
      away.set(origin.name, now() + AWAY_MS);
      throw new OriginAwayError(`${origin.url}: ${describeError(error)}`, { cause: error });
    }
    throw new OriginAwayError(`${url.href} answers that it cannot answer now`);
  }

  async function open(url: URL, headers: Headers, agent: HttpAgent | HttpsAgent | false): Promise<IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const all = { 'user-agent': 'gutinteg', 'accept-encoding': 'identity', ...headers };
    const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
    let isAnswered = false;
    const sent = request(url, { headers: all, agent }, (answer) => {
      isAnswered = true;
      sent.setTimeout(SILENT_MS);
      resolve(answer);
    });
    underWay.add(sent);
    sent.on('close', () => underWay.delete(sent));
    sent.setTimeout(CONNECT_MS, () => sent.destroy(new Error('it is silent')));
    sent.on('error', (error) => {
      // The origin may have closed a connection that was kept while it was taken again: that says nothing about the origin.
      if (sent.reusedSocket && !isAnswered && !isClosed) resolve(open(url, headers, false));
      else reject(error);
    });
    sent.end();
    return promise;
  }

  const kept = (url: URL) => (url.protocol === 'https:' ? agents['https:'] : agents['http:']);
  return {
    ask: (origin, path, headers = {}) => follow(origin, path, (url) => open(url, headers, kept(url))),
    askAside: (origin, path, headers = {}) => follow(origin, path, (url) => open(url, headers, false)),
    close: () => {
      isClosed = true;
      for (const sent of underWay) sent.destroy();
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}
