import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostNameSchema, idOfKey } from '../../contract/fleet/enrolment.ts';
import { exchangeNonceSchema } from '../../contract/fleet/exchange-token.ts';
import { publicKeyText, readHostKey, isSignedRequest, signRequest } from '../../contract/fleet/signed-request.ts';
import { createPopulation } from './population.ts';

const secret = Buffer.alloc(32, 'secret');
const small = () => createPopulation({ hosts: 3, lists: 2, secret });

test('each host has a name and a key of its own, and the same one again', () => {
  const population = small();
  const met = [0, 1, 2].map((host) => population.meet(host));
  assert.equal(new Set(met.map(({ id }) => id)).size, 3);
  assert.deepEqual(small().meet(1), met[1]);
  assert.equal(population.idOf(2), idOfKey(publicKeyText(population.keyOf(2))));
  assert.ok(hostNameSchema.safeParse(population.nameOf(2)).success);
  const request = { hostId: population.idOf(0), method: 'POST', path: '/', body: Buffer.from('x') };
  const signature = signRequest(request, population.keyOf(0));
  assert.ok(isSignedRequest(request, signature, readHostKey(met[0]?.publicKey ?? '')));
});

test('a host remembers its token, and its nonce until it was answered', () => {
  const population = small();
  assert.equal(population.tokenOf(1), undefined);
  population.setToken(1, '123456.abcdefghijklmnopqrstug');
  assert.equal(population.tokenOf(1), '123456.abcdefghijklmnopqrstug');
  const nonce = population.nonceOf(1);
  assert.ok(exchangeNonceSchema.safeParse(nonce).success);
  assert.equal(population.nonceOf(1), nonce);
  population.endExchange(1);
  assert.notEqual(population.nonceOf(1), nonce);
  assert.equal(population.answeredOf(1), 1);
});

test('a change makes the digest unknown', () => {
  const population = small();
  population.setDigest(2, 'abcdefghijklmnopqrstug');
  assert.equal(population.digestOf(2), 'abcdefghijklmnopqrstug');
  population.change(2);
  assert.deepEqual([population.digestOf(2), population.listOf(2)], [undefined, { number: 0, revision: 1 }]);
});

test('messages are kept until they were acknowledged', () => {
  const population = small();
  for (const task of [1, 2]) population.say(0, (seq) => ({ seq, task, kind: 'refreshed' }));
  population.acknowledge(0, 1);
  assert.deepEqual(population.outboxOf(0), [{ seq: 2, task: 2, kind: 'refreshed' }]);
  population.acknowledge(0, 2);
  assert.deepEqual(population.outboxOf(0), []);
});

test('110,000 hosts take less than 150 bytes each', () => {
  const before = process.memoryUsage().arrayBuffers;
  const population = createPopulation({ hosts: 110_000, lists: 33_000 });
  const bytes = process.memoryUsage().arrayBuffers - before;
  assert.ok(bytes / population.size < 150, `${bytes / population.size} bytes`);
});
