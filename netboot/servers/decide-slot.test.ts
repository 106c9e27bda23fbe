import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSlots } from './slots.ts';

const LIMITS = { ofAll: 10, ofOne: 4, restMs: 1000 };

function setUp(known: readonly string[] = []) {
  const clock = { ms: 0 };
  const evicted: string[] = [];
  const slots = createSlots({ ...LIMITS, isKnownAddress: (address) => known.includes(address), now: () => clock.ms });
  const take = (address: string) => slots.take(address, () => void evicted.push(address));
  const takeAll = (...addresses: readonly string[]) => addresses.map((address) => take(address) !== undefined);
  return { clock, evicted, slots, take, takeAll };
}

test('one address has its own limit, which a slot that is idle is given up for', () => {
  const { clock, evicted, takeAll, slots } = setUp();
  assert.deepEqual(takeAll('a', 'a', 'a', 'a', 'a'), [true, true, true, true, false]);
  clock.ms += 1000;
  assert.deepEqual(takeAll('a'), [true]);
  assert.deepEqual([evicted, slots.taken()], [['a'], 4]);
});

test('when all are taken, whoever has most gives one up, and nobody who has as few', () => {
  const { evicted, takeAll } = setUp();
  takeAll('a', 'a', 'a', 'a', 'b', 'b', 'b', 'c', 'c', 'd');
  assert.deepEqual(takeAll('e', 'e', 'e'), [true, true, false]);
  assert.deepEqual(evicted, ['a', 'a']);
});

test('the slot without progress for the longest time goes, though everybody has one', () => {
  const { clock, evicted, take, takeAll } = setUp();
  const tickets = Array.from({ length: 10 }, (_, index) => {
    clock.ms += 10;
    return take(`s${index}`);
  });
  assert.deepEqual(takeAll('new'), [false]);
  clock.ms += 2000;
  for (const ticket of tickets.toSpliced(7, 1)) ticket?.moved();
  assert.deepEqual([takeAll('new'), evicted], [[true], ['s7']]);
  assert.deepEqual(takeAll('other'), [false]);
});

test('a machine of the site takes the place of a stranger, and no stranger takes its', () => {
  const known = Array.from({ length: 11 }, (_, index) => `k${index}`);
  const { clock, evicted, takeAll } = setUp(known);
  takeAll('a', 'b', ...known.slice(0, 8));
  assert.deepEqual(takeAll('k8', 'k9'), [true, true]);
  assert.deepEqual(evicted, ['a', 'b']);
  clock.ms += 60_000;
  assert.deepEqual(takeAll('stranger'), [false]);
  assert.deepEqual(takeAll('k10'), [true], 'an idle one of the site goes for another of the site');
});

test('a slot that was left is free, once', () => {
  const { take, takeAll, slots } = setUp();
  const ticket = take('a');
  ticket?.leave();
  ticket?.leave();
  assert.equal(slots.taken(), 0);
  assert.deepEqual(takeAll('a', 'a', 'a', 'a', 'a'), [true, true, true, true, false]);
});
