import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { after, test } from 'node:test';
import { API_PREFIX } from '../../contract/fleet/routes.ts';
import { openTestFleet } from '../testing/test-fleet.ts';
import { createApiHandler } from './api-handler.ts';

const cleanup = new AsyncDisposableStack();
after(() => cleanup.disposeAsync());
const { fleet } = await openTestFleet(cleanup);

type Body = () => AsyncIterable<Uint8Array>;

/** The status of an answer to a request that is handed over as if it had come over a connection. */
async function ask(handler: ReturnType<typeof createApiHandler>, iterator: Body): Promise<number> {
  let answered = 0;
  const request = { method: 'GET', url: `${API_PREFIX}/status`, headers: {}, socket: {}, iterator };
  const response = { setHeader() {}, writeHead: (status: number) => void (answered = status), end() {} };
  await handler(request as unknown as IncomingMessage, response as unknown as ServerResponse);
  return answered;
}

async function* empty(): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(new Uint8Array());
}

const actor = { name: 'local', role: 'admin' } as const;

test('a thousand bodies that are on their way keep nobody out', async () => {
  const handler = createApiHandler(fleet, () => Promise.resolve(actor));
  const gate = Promise.withResolvers<Uint8Array>();
  async function* slow(): AsyncGenerator<Uint8Array> {
    yield await gate.promise;
  }
  const waiting = Array.from({ length: 1000 }, () => ask(handler, slow));
  assert.equal(await ask(handler, empty), 200);
  gate.resolve(new Uint8Array());
  await Promise.all(waiting);
});

test('more questions than the server can answer are turned away, and it goes on afterwards', async () => {
  const gate = Promise.withResolvers<typeof actor>();
  const handler = createApiHandler(fleet, () => gate.promise);
  const waiting = Array.from({ length: 150 }, () => ask(handler, empty));
  assert.equal(await ask(handler, empty), 503);
  gate.resolve(actor);
  const answers = await Promise.all(waiting);
  assert.deepEqual(
    [200, 503].map((status) => answers.filter((each) => each === status).length),
    [100, 50],
  );
  assert.equal(await ask(handler, empty), 200);
});
