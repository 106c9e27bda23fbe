// The way to the origins. In: an origin, a path, headers. Out: its answer, as a stream. Never: follows a redirection to a host that
// it was not told of; asks again at once an origin that has just not answered.
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { describeError } from '../../lib/errors.ts';
import type { Origin } from './read-target.ts';

/** The origin cannot be reached, or says that it cannot answer now. */
export class OriginAwayError extends Error {
  override readonly name = 'OriginAwayError';
}

export type AskOrigin = {
  /** @throws OriginAwayError */
  readonly ask: (origin: Origin, path: string, headers?: Readonly<Record<string, string>>) => Promise<IncomingMessage>;
  /** Since when an origin has not answered, in milliseconds since 1970. */
  readonly awaySince: (origin: Origin) => number | undefined;
  readonly close: () => void;
};

const CONNECT_MS = 10_000;
const SILENT_MS = 30_000;
/** Hosts do not wait, one after another, for an origin that does not answer. */
const AWAY_MS = 5000;
const MAX_REDIRECTIONS = 3;
const CONNECTIONS = 8;

export function createAskOrigin(options: {
  /** Hosts that an origin may send the cache to. */
  readonly redirectHosts: readonly string[];
  readonly now: () => number;
}): AskOrigin {
  const { redirectHosts, now } = options;
  const limits = { keepAlive: true, maxSockets: CONNECTIONS };
  const agents = { 'http:': new HttpAgent(limits), 'https:': new HttpsAgent(limits) };
  const away = new Map<string, { readonly since: number; until: number }>();

  async function ask(
    origin: Origin,
    path: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<IncomingMessage> {
    const pause = away.get(origin.name);
    if (pause !== undefined && now() < pause.until) throw new OriginAwayError(`${origin.url} does not answer now`);
    let url = new URL(`${origin.url}/${path.split('/').map(encodeURIComponent).join('/')}`);
    const hosts = new Set([new URL(origin.url).host, ...redirectHosts]);
    for (let hops = 0; hops <= MAX_REDIRECTIONS; hops += 1) {
      const answer = await reach(origin, url, headers);
      const { statusCode = 0 } = answer;
      if (![301, 302, 303, 307, 308].includes(statusCode)) return answer;
      answer.destroy();
      const next = URL.parse(answer.headers.location ?? '', url);
      if (next === null || !hosts.has(next.host) || !(next.protocol in agents)) {
        throw new OriginAwayError(`${url.href} sends the cache to ${next?.host}, which --redirect-host does not name`);
      }
      url = next;
    }
    throw new OriginAwayError(`${origin.url} sends the cache in circles`);
  }

  async function reach(origin: Origin, url: URL, headers: Readonly<Record<string, string>>): Promise<IncomingMessage> {
    try {
      const answer = await send(url, headers);
      away.delete(origin.name);
      if ((answer.statusCode ?? 0) < 500 && answer.statusCode !== 429) return answer;
      answer.destroy();
    } catch (error) {
      away.set(origin.name, { since: away.get(origin.name)?.since ?? now(), until: now() + AWAY_MS });
      throw new OriginAwayError(`${origin.url}: ${describeError(error)}`, { cause: error });
    }
    throw new OriginAwayError(`${url.href} answers that it cannot answer now`);
  }

  async function send(url: URL, headers: Readonly<Record<string, string>>): Promise<IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const isTls = url.protocol === 'https:';
    const all = { 'user-agent': 'gutinteg', 'accept-encoding': 'identity', ...headers };
    const agent = isTls ? agents['https:'] : agents['http:'];
    const sent = (isTls ? httpsRequest : httpRequest)(url, { headers: all, agent }, (answer) => {
      sent.setTimeout(SILENT_MS);
      resolve(answer);
    });
    sent.setTimeout(CONNECT_MS, () => sent.destroy(new Error('it is silent')));
    sent.on('error', reject);
    sent.end();
    return promise;
  }

  return {
    ask,
    awaySince: ({ name }) => away.get(name)?.since,
    close: () => Object.values(agents).forEach((agent) => agent.destroy()),
  };
}
