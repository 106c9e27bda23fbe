import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
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

const LARGE = { from: '10.0.0.0', to: '10.0.239.253', excluded: ['10.0.0.1'] };

function setUpLarge() {
  const database = openDatabase(':memory:');
  const clock = { ms: 1_000_000 };
  const leases = createLeases(database, { pool: LARGE, leaseSeconds: 60, now: () => clock.ms });
  return { leases, clock };
}

test('a pool of 61,000 addresses that is used up costs a stranger no search', () => {
  const { leases } = setUpLarge();
  const offered = new Set<string>();
  for (let mac = 0; mac < 61_437; mac += 1) offered.add(leases.offer(`m${mac}`, undefined) ?? assert.fail());
  assert.equal(offered.size, 61_437);
  assert(!offered.has('10.0.0.1'));
  // A search through all of it would take a second for a few of these.
  const beganMs = performance.now();
  for (let mac = 0; mac < 20_000; mac += 1) assert.equal(leases.offer(`late${mac}`, undefined), undefined);
  assert(performance.now() - beganMs < 2000);
});

test('a machine of the site gets the address of a stranger who did not take it up, never a bound one', () => {
  const { leases } = setUp();
  leases.offer('stranger', undefined);
  leases.bind('bound', '10.0.0.12');
  assert.equal(leases.offer('other', undefined), undefined);
  assert.equal(leases.offer('known', undefined, true), '10.0.0.10');
  assert.equal(leases.current('stranger'), undefined);
  assert.equal(leases.bind('stranger', '10.0.0.10'), false);
  assert(leases.bind('known', '10.0.0.10'));
  assert.equal(leases.offer('second', undefined, true), undefined);
});

test('addresses never used come first, then those that have been free for longest', () => {
  const { leases, clock } = setUp('10.0.0.14');
  leases.bind('a', '10.0.0.12');
  clock.ms += 1000;
  leases.bind('b', '10.0.0.10');
  assert.equal(leases.offer('c', undefined), '10.0.0.13');
  assert.equal(leases.offer('d', undefined), '10.0.0.14');
  clock.ms += 29_000;
  assert.equal(leases.offer('e', undefined), undefined);
  leases.release('b', '10.0.0.10');
  clock.ms += 2000;
  const next = ['e', 'f', 'g'].map((mac) => leases.offer(mac, undefined));
  assert.deepEqual(next, ['10.0.0.10', '10.0.0.13', '10.0.0.14']);
  clock.ms += 60_000;
  assert.equal(leases.offer('a', undefined), '10.0.0.12', 'a former address of its own, when nobody has it');
});

test('leases of a longer time, from before a change of the settings, do not keep newer ones from ending', () => {
  const database = openDatabase(':memory:');
  const clock = { ms: 0 };
  const pool = { from: '10.0.0.10', to: '10.0.0.11', excluded: [] };
  const make = (leaseSeconds: number) => createLeases(database, { pool, leaseSeconds, now: () => clock.ms });
  make(10_000).bind('long', '10.0.0.10');
  const leases = make(60);
  leases.bind('short', '10.0.0.11');
  clock.ms += 61_000;
  assert.equal(leases.offer('next', undefined), '10.0.0.11');
});

test('whoever declines all that it is offered uses up a tenth of the pool at most', () => {
  const { leases } = setUp('10.0.0.60');
  let rested = 0;
  for (let round = 0; round < 200; round += 1) {
    const address = leases.offer('hostile', undefined) ?? assert.fail();
    if (leases.decline('hostile', address)) rested += 1;
  }
  assert.equal(rested, 5);
  assert.notEqual(leases.offer('another', undefined), undefined);
});

test('a lease that cannot be recorded is not bound, and is when it can', async (context) => {
  const dir = await mkdtemp(join(tmpdir(), 'gutinteg-leases-'));
  context.after(() => rm(dir, { recursive: true, force: true }));
  const path = join(dir, 'netboot.db');
  const database = openDatabase(path);
  const pool = { from: '10.0.0.10', to: '10.0.0.14', excluded: [] };
  const make = () => createLeases(database, { pool, leaseSeconds: 60, now: () => 0 });
  const leases = make();
  const other = new DatabaseSync(path);
  other.exec('BEGIN IMMEDIATE');
  assert.equal(leases.offer('a', undefined), '10.0.0.10');
  assert.throws(() => leases.bind('a', '10.0.0.10'), { name: 'StateError' });
  other.exec('ROLLBACK');
  database.tend();
  assert.equal(make().current('a'), undefined);
  assert(leases.bind('a', '10.0.0.10'));
  assert.equal(make().current('a'), '10.0.0.10');
});

test('nothing is given out before the leases of former days could be read; then they stand', async (context) => {
  const dir = await mkdtemp(join(tmpdir(), 'gutinteg-leases-'));
  context.after(() => rm(dir, { recursive: true, force: true }));
  const path = join(dir, 'netboot.db');
  const pool = { from: '10.0.0.10', to: '10.0.0.14', excluded: [] };
  const options = { pool, leaseSeconds: 60, now: () => 0 };
  const first = openDatabase(path);
  createLeases(first, options).bind('a', '10.0.0.10');
  first.close();
  const sound = await readFile(path);
  await writeFile(path, 'rubbish '.repeat(1000));
  const database = openDatabase(path);
  const leases = createLeases(database, options);
  assert.equal(leases.offer('b', undefined), undefined);
  assert.equal(leases.bind('b', '10.0.0.10'), false);
  await writeFile(path, sound);
  database.tend();
  assert.equal(leases.current('a'), '10.0.0.10');
  assert.equal(leases.offer('b', undefined), '10.0.0.11');
});
