import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { httpExchange } from './http-exchange.ts';

const get = { method: 'GET', headers: {}, timeoutMs: 5000, maxBytes: 1000 } as const;

async function ask(
  listener: RequestListener,
  change: { timeoutMs?: number } = {},
): Promise<{ status: number; text: string }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x`;
    const { status, body } = await httpExchange(url, { ...get, ...change });
    return { status, text: new TextDecoder().decode(body) };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test('a body comes whole, with and without a length', async () => {
  assert.deepEqual(await ask((_request, response) => response.end('hello')), { status: 200, text: 'hello' });
  const chunked: RequestListener = (_request, response) => {
    response.writeHead(404);
    response.write('a'.repeat(300));
    response.end('b'.repeat(300));
  };
  assert.deepEqual(await ask(chunked), { status: 404, text: 'a'.repeat(300) + 'b'.repeat(300) });
});

test('too much, with and without a length, is an error and not memory', async () => {
  await assert.rejects(
    ask((_request, response) => response.end('x'.repeat(1001))),
    /larger than 1000 bytes/,
  );
  const chunked: RequestListener = (_request, response) => {
    response.write('x'.repeat(600));
    response.end('x'.repeat(600));
  };
  await assert.rejects(ask(chunked), /larger than 1000 bytes/);
});

test('a body that is cut short is an error', async () => {
  const cut: RequestListener = (_request, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('x'.repeat(50));
    setImmediate(() => response.destroy());
  };
  await assert.rejects(ask(cut), /aborted|ended after 50|terminated|hang up/);
});

test('silence is an error that says how long', async () => {
  await assert.rejects(
    ask(() => undefined, { timeoutMs: 1000 }),
    /no answer for 1 s/,
  );
});
