import { Agent, request } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, RequestOptions } from 'node:http';

export type HttpAnswer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array<ArrayBuffer>;
};

export type HttpExchange = {
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Longest silence before the exchange fails. */
  readonly timeoutMs: number;
  /** Largest answer that is taken. */
  readonly maxBytes: number;
};

const agent = new Agent({ keepAlive: true, maxSockets: 8 });

/**
 * One HTTP exchange with the whole body in memory. Node's fetch would do, but costs a machine without hardware
 * acceleration three times the processor time for the packs of an installation (docs/adr/0008).
 * @throws Error of the connection, of a silence, of a body that is cut short or too large
 */
export async function httpExchange(
  target: string | { socketPath: string; path: string },
  exchange: HttpExchange,
): Promise<HttpAnswer> {
  const answer = Promise.withResolvers<HttpAnswer>();
  const { method, headers, body, timeoutMs } = exchange;
  const options: RequestOptions = { method, headers, timeout: timeoutMs };
  const onResponse = (response: IncomingMessage): void => {
    const { statusCode: status = 0, headers: received } = response;
    const whole = readBody(response, exchange.maxBytes).then((bytes) => ({ status, headers: received, body: bytes }));
    answer.resolve(whole);
  };
  const asked =
    typeof target === 'string'
      ? request(target, { ...options, agent }, onResponse)
      : request({ ...options, ...target, agent: false }, onResponse);
  asked.once('timeout', () => asked.destroy(new Error(`no answer for ${Math.round(timeoutMs / 1000)} s`)));
  asked.once('error', answer.reject);
  asked.end(body);
  return answer.promise;
}

/** Collects a body; with a Content-Length into one buffer of that size, so that nothing is copied twice. */
async function readBody(response: IncomingMessage, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const length = Number(response.headers['content-length'] ?? Number.NaN);
  const tooLarge = (): Error => new Error(`the answer is larger than ${maxBytes} bytes`);
  if (length > maxBytes) throw tooLarge();
  let buffer = new Uint8Array(Number.isNaN(length) ? 65_536 : length);
  let used = 0;
  for await (const part of response as AsyncIterable<Uint8Array>) {
    if (used + part.length > maxBytes) throw tooLarge();
    if (used + part.length > buffer.length) {
      const larger = new Uint8Array(Math.max(buffer.length * 2, used + part.length));
      larger.set(buffer.subarray(0, used));
      buffer = larger;
    }
    buffer.set(part, used);
    used += part.length;
  }
  if (!Number.isNaN(length) && used !== length) throw new Error(`the answer ended after ${used} of ${length} bytes`);
  return used === buffer.length ? buffer : buffer.slice(0, used);
}
