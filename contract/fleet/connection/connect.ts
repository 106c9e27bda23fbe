// A connection to the fleet's server, after the server has been recognised. In: a place, the time. Out: a TLS socket, or an
// error in words. Nothing is sent before the certificate was judged.
import { once } from 'node:events';
import { connect as connectTcp, isIP } from 'node:net';
import type { Socket } from 'node:net';
import { checkServerIdentity, connect as connectTls } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { ServerAwayError } from './server-away.ts';
import type { ClientIdentity } from './own-certificate.ts';
import { openTunnel } from './open-tunnel.ts';
import { judgeServer } from './trust.ts';
import type { Pinned } from './trust.ts';

export type ConnectOptions = Pinned & {
  readonly url: string;
  readonly timeoutMs: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** `http://HOST:PORT` of a proxy. */
  readonly proxy?: string | undefined;
  /** What is shown to a server that asks for a certificate; nothing without it. */
  readonly identity?: () => ClientIdentity | undefined;
};

/** @throws ServerAwayError */
export async function connect(options: ConnectOptions): Promise<TLSSocket> {
  const { url, timeoutMs } = options;
  const { hostname, port } = new URL(url);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const place = { host, port: Number(port || '443') };
  const signal = AbortSignal.timeout(timeoutMs);
  let plain: Socket | undefined;
  try {
    plain = options.proxy === undefined ? connectTcp(place) : await openTunnel(options.proxy, place, signal);
    if (options.proxy === undefined) await once(plain, 'connect', { signal });
    const shown = options.identity?.();
    const socket = connectTls({
      socket: plain,
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...(options.certificate === undefined ? {} : { ca: options.certificate }),
      ...(shown === undefined ? {} : { key: shown.key, cert: shown.certificate }),
      minVersion: 'TLSv1.2',
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
    });
    await once(socket, 'secureConnect', { signal });
    requireServer(options, host, socket);
    return socket;
  } catch (error) {
    plain?.destroy();
    throw ServerAwayError.of(url, error, timeoutMs);
  }
}

function requireServer(options: ConnectOptions, host: string, socket: TLSSocket): void {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) throw new ServerAwayError('certificate', 'the server has shown no certificate');
  const misnamed = checkServerIdentity(host, socket.getPeerCertificate());
  const fault = socket.authorized ? misnamed && 'HOSTNAME' : String(socket.authorizationError);
  const wrong = judgeServer(options, { certificate, fault }, options.now());
  if (wrong !== undefined) throw new ServerAwayError('certificate', wrong.why, { hint: wrong.hint });
}
