import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDatabase } from './database.ts';
import { createLeases } from './leases.ts';

function setUp(to = '10.0.0.12') {
  const database = openDatabase(':memory:');
  const clock = { ms: 1_000_000 };
  const make = () =>
    createLeases(database, {
      pool: { from: '10.0.0.10', to, excluded: ['10.0.0.11'] },
      leaseSeconds: 60,
      now: () => clock.ms,
    });
  return { leases: make(), make, clock };
}

test('offers differ, the excluded address is never offered, and an exhausted pool says so', () => {
  const { leases } = setUp();
  assert.equal(leases.offer('a', undefined), '10.0.0.10');
  assert.equal(leases.offer('b', undefined), '10.0.0.12');
  assert.equal(leases.offer('c', undefined), undefined);
  assert.equal(leases.offer('a', undefined), '10.0.0.10');
});

test('a wanted address is given when it is free and of the pool', () => {
  const { leases } = setUp();
  assert.equal(leases.offer('a', '10.0.0.12'), '10.0.0.12');
  assert.equal(leases.offer('b', '10.0.0.12'), '10.0.0.10');
  assert.equal(leases.bind('c', '10.0.0.99'), false);
  assert.equal(leases.bind('c', '10.0.0.11'), false);
});

test('an offer runs out after half a minute, a lease after its time', () => {
  const { leases, clock } = setUp();
  leases.offer('a', undefined);
  clock.ms += 31_000;
  assert.equal(leases.current('a'), '10.0.0.10');
  assert.equal(leases.offer('b', '10.0.0.10'), '10.0.0.10');
  assert.equal(leases.current('a'), undefined);
  assert(leases.bind('b', '10.0.0.10'));
  clock.ms += 59_000;
  assert.equal(leases.bind('c', '10.0.0.10'), false);
  clock.ms += 2_000;
  assert(leases.bind('c', '10.0.0.10'));
});

test('bound and declined addresses survive a restart, offers do not', () => {
  const { leases, make, clock } = setUp('10.0.0.14');
  leases.bind('a', '10.0.0.10');
  leases.bind('b', '10.0.0.12');
  assert(leases.decline('b', '10.0.0.12'));
  leases.offer('c', '10.0.0.13');
  const again = make();
  assert.equal(again.current('a'), '10.0.0.10');
  assert.equal(again.offer('d', '10.0.0.12'), '10.0.0.13');
  clock.ms += 601_000;
  assert.equal(again.offer('e', '10.0.0.12'), '10.0.0.12');
});

test('only the holder can release or decline', () => {
  const { leases } = setUp();
  leases.bind('a', '10.0.0.10');
  leases.release('b', '10.0.0.10');
  assert.equal(leases.decline('b', '10.0.0.10'), false);
  assert.equal(leases.current('a'), '10.0.0.10');
  leases.release('a', '10.0.0.10');
  assert.equal(leases.current('a'), undefined);
});

test('a machine that binds another address gives the former back', () => {
  const { leases } = setUp();
  leases.bind('a', '10.0.0.10');
  leases.bind('a', '10.0.0.12');
  assert.equal(leases.offer('b', '10.0.0.10'), '10.0.0.10');
});
