import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { after, test } from 'node:test';
import { refusalSchema } from '../../contract/fleet/enrolment.ts';
import { hostRoutes } from '../../contract/fleet/routes.ts';
import { checkInWith, enrolmentOf, makeTestHost, sentBy } from '../testing/simulated-host.ts';
import { openTestFleet } from '../testing/test-fleet.ts';
import type { SentRequest } from './answer-host.ts';
import { createHostRoutes } from './host-routes.ts';

const cleanup = new AsyncDisposableStack();
after(() => cleanup.disposeAsync());
const { fleet, token } = await openTestFleet(cleanup);

type Answer = { status: number; body: unknown };

/** Hands a request to the routes as if it had come over a connection; `body` may be one that never ends. */
async function ask(
  routes: ReturnType<typeof createHostRoutes>,
  { path, hostId, signature, body }: SentRequest,
  iterator: () => AsyncIterable<Uint8Array> = () => one(body),
): Promise<Answer> {
  const headers = { 'gutinteg-host': hostId, 'gutinteg-signature': signature };
  const request = {
    method: 'POST',
    url: path,
    headers,
    socket: { remoteAddress: '192.0.2.1' },
    iterator,
    destroy() {},
  };
  const answer: Answer = { status: 0, body: undefined };
  const response = {
    setHeader() {},
    writeHead: (status: number) => void (answer.status = status),
    end: (text: string) => void (answer.body = JSON.parse(text)),
  };
  await routes[path.split('?')[0] ?? '']?.(
    request as unknown as IncomingMessage,
    response as unknown as ServerResponse,
  );
  return answer;
}

async function* one(body: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(body);
}

const host = makeTestHost('busy');
const enrolled = await ask(createHostRoutes(fleet), enrolmentOf(host, token));
const { token: exchangeToken = '' } = enrolled.body as { token?: string };
const checkIn = sentBy(host, hostRoutes.checkIn, checkInWith(exchangeToken));

test('a thousand bodies that are on their way keep no other host out', async () => {
  const routes = createHostRoutes(fleet);
  const gate = Promise.withResolvers<Uint8Array>();
  async function* slow(): AsyncGenerator<Uint8Array> {
    yield await gate.promise;
  }
  const waiting = Array.from({ length: 1000 }, () => ask(routes, checkIn, slow));
  assert.equal((await ask(routes, checkIn)).status, 200);
  gate.resolve(Buffer.from('{}'));
  const answers = await Promise.all(waiting);
  assert.ok(answers.every(({ status }) => status === 401 || status === 503));
});

test('more requests than the store can do are turned away, each host for a time of its own', async () => {
  const gate = Promise.withResolvers<never>();
  const store = { ...fleet.store, transaction: () => gate.promise };
  const routes = createHostRoutes({ ...fleet, store });
  const waiting = Array.from({ length: 600 }, () => ask(routes, checkIn));
  const turnedAway: Answer[] = [];
  const hundred = Promise.withResolvers<void>();
  const note = (answer: Answer): void => {
    if (turnedAway.push(answer) === 100) hundred.resolve();
  };
  for (const request of waiting) request.then(note, () => {});
  await hundred.promise;
  for (const { status, body } of turnedAway) {
    const { error, retryAfter = 0 } = refusalSchema.parse(body);
    assert.deepEqual([status, error, retryAfter >= 60 && retryAfter < 300], [503, 'busy', true]);
  }
  gate.reject(new Error('on purpose'));
  const results = await Promise.allSettled(waiting);
  assert.equal(results.filter(({ status }) => status === 'rejected').length, 500);
});

test('a path with a query is no path of a host', async () => {
  const { status } = await ask(createHostRoutes(fleet), { ...checkIn, path: `${hostRoutes.checkIn}?x=1` });
  assert.equal(status, 400);
});
