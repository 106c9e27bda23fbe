import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { createDueQueue } from './due-queue.ts';

test('hosts come in the order in which they are due, each once', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 1000 }), { maxLength: 200 }), (dues) => {
      const queue = createDueQueue(dues.length);
      for (const [host, due] of dues.entries()) queue.add(host, due);
      const taken = dues.map(() => queue.take());
      assert.deepEqual(
        taken.map(({ due }) => due),
        dues.toSorted((left, right) => left - right),
      );
      assert.ok(taken.every(({ host, due }) => dues[host] === due));
      assert.equal(new Set(taken.map(({ host }) => host)).size, dues.length);
      assert.deepEqual([queue.size(), queue.firstDue()], [0, Infinity]);
    }),
  );
});

test('hosts that come again are taken in between', () => {
  const queue = createDueQueue(2);
  queue.add(0, 5);
  queue.add(1, 7);
  assert.equal(queue.take().host, 0);
  queue.add(0, 6);
  assert.deepEqual([queue.take().host, queue.take().host], [0, 1]);
});

test('more hosts than were announced, and nobody to take, are mistakes', () => {
  const queue = createDueQueue(1);
  assert.throws(() => queue.take(), /nobody waits/);
  queue.add(0, 1);
  assert.throws(() => queue.add(1, 1), /room for 1/);
});
