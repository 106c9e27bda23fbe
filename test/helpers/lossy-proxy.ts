// A network between hosts and their server that loses, cuts, doubles and reorders whole requests and answers. It ends TLS with the
// server's own certificate, as a forwarder may. In: where the server is; what becomes of the next requests. Out: a port.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, createServer, request } from 'node:https';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export const fates = [
  'arrives',
  'is lost',
  'its answer is lost',
  'its answer is cut',
  'comes twice',
  'comes again later',
] as const;
export type Fate = (typeof fates)[number];

export type LossyProxyOptions = {
  /** Files in PEM. */
  readonly key: string;
  readonly certificate: string;
  readonly serverPort: () => number;
  /** Of the next request. */
  readonly nextFate: () => Fate;
  /** The server has done what a request asked, and its answer is lost from here on. */
  readonly whenDone?: () => Promise<void>;
};

type Asked = { readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: Buffer };
type Answer = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: Buffer };

/** @returns its port on loopback */
export async function startLossyProxy(stack: AsyncDisposableStack, options: LossyProxyOptions): Promise<number> {
  const { key, certificate, serverPort, nextFate, whenDone } = options;
  const cert = readFileSync(certificate);
  const agent = new Agent({ ca: cert });
  const late: Asked[] = [];
  const forward = async ({ path, headers, body }: Asked): Promise<Answer> => {
    const asked = request({ host: 'localhost', port: serverPort(), path, method: 'POST', headers, agent });
    asked.end(body);
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    return { status: answer.statusCode ?? 0, headers: answer.headers, body: await buffer(answer) };
  };
  const handle = async (from: IncomingMessage, to: ServerResponse): Promise<void> => {
    const asked: Asked = { path: from.url ?? '', headers: from.headers, body: await buffer(from) };
    const fate = nextFate();
    if (fate === 'is lost') return void from.socket.destroy();
    const answer = await forward(asked);
    // Copies of before arrive after this one.
    for (const copy of late.splice(0)) await forward(copy);
    if (fate === 'comes twice') await forward(asked);
    if (fate === 'comes again later') late.push(asked);
    if (fate === 'its answer is lost') {
      await whenDone?.();
      return void from.socket.destroy();
    }
    to.writeHead(answer.status, answer.headers);
    if (fate !== 'its answer is cut') return void to.end(answer.body);
    to.write(answer.body.subarray(0, answer.body.length / 2));
    // What was written is on its way.
    return void setImmediate(() => from.socket.destroy());
  };
  const proxy = createServer({ key: readFileSync(key), cert }, (from, to) => {
    handle(from, to).catch(() => from.socket.destroy());
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  stack.defer(() => {
    proxy.closeAllConnections();
    proxy.close();
    agent.destroy();
  });
  return (proxy.address() as AddressInfo).port;
}
