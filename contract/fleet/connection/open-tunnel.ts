// A way to the server through a proxy. In: the proxy, the server. Out: a socket that ends at the server, which TLS then begins on.
// @see RFC 9110 §9.3.6
import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { ServerAwayError } from './server-away.ts';

type Place = { readonly host: string; readonly port: number };

/** @throws ServerAwayError when the proxy says no */
export async function openTunnel(proxy: string, { host, port }: Place, signal: AbortSignal): Promise<Socket> {
  const path = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const { username, password, hostname, port: proxyPort } = new URL(proxy);
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const headers = {
    Host: path,
    ...(username === '' ? {} : { 'Proxy-Authorization': `Basic ${Buffer.from(login).toString('base64')}` }),
  };
  const asked = request({
    hostname,
    port: proxyPort || 80,
    method: 'CONNECT',
    path,
    headers,
    agent: false,
    signal,
  }).end();
  const [answer, socket] = (await once(asked, 'connect')) as [IncomingMessage, Socket];
  if (answer.statusCode === 200) return socket;
  socket.destroy();
  const { statusCode = 0 } = answer;
  if (statusCode >= 500) {
    throw new ServerAwayError(
      'unreachable',
      `the proxy ${hostname} does not reach the server: it answers ${statusCode}`,
    );
  }
  throw new ServerAwayError('proxy', `the proxy ${hostname} does not let this host through: ${statusCode}`, {
    hint: 'https_proxy in /etc/default/gutinteg-fleet names the proxy and its password; no_proxy goes without one',
  });
}

/** The proxy for this server, by the variables that other programs go by; undefined for none. */
export function proxyFor(url: string, env: NodeJS.ProcessEnv): string | undefined {
  const { hostname } = new URL(url);
  const named = env['https_proxy'] ?? env['HTTPS_PROXY'] ?? '';
  const excepted = (env['no_proxy'] ?? env['NO_PROXY'] ?? '').split(',').map((name) => name.trim().replace(/^\./, ''));
  const isExcepted = excepted.some(
    (name) => name === '*' || name === hostname || (name !== '' && hostname.endsWith(`.${name}`)),
  );
  return named === '' || isExcepted || !URL.canParse(named) ? undefined : named;
}
