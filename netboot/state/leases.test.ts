import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { openDatabase } from './database.ts';
import { bindLease, declineLease, releaseLease } from './bind-lease.ts';
import { openLeases } from './lease-table.ts';
import type { Leases } from './lease-table.ts';
import { chooseAddress, currentAddress, reserveAddress } from './offer-lease.ts';

function setUp(to = '10.0.0.12') {
  const database = openDatabase(':memory:');
  const clock = { ms: 1_000_000 };
  const make = () =>
    openLeases(database, {
      pool: { from: '10.0.0.10', to, excluded: ['10.0.0.11'] },
      leaseSeconds: 60,
      now: () => clock.ms,
    });
  return { leases: make(), make, clock };
}

/** Chooses and reserves, as an answer to a DHCPDISCOVER does. */
function offer(leases: Leases, mac: string, wanted: string | undefined, isKnown = false): string | undefined {
  const address = chooseAddress(leases, { mac, wanted, isKnown });
  if (address !== undefined) reserveAddress(leases, mac, address);
  return address;
}

test('offers differ, the excluded address is never offered, and an exhausted pool says so', () => {
  const { leases } = setUp();
  assert.equal(offer(leases, 'a', undefined), '10.0.0.10');
  assert.equal(offer(leases, 'b', undefined), '10.0.0.12');
  assert.equal(offer(leases, 'c', undefined), undefined);
  assert.equal(offer(leases, 'a', undefined), '10.0.0.10');
});

test('a wanted address is given when it is free and of the pool', () => {
  const { leases } = setUp();
  assert.equal(offer(leases, 'a', '10.0.0.12'), '10.0.0.12');
  assert.equal(offer(leases, 'b', '10.0.0.12'), '10.0.0.10');
  assert.equal(bindLease(leases, 'c', '10.0.0.99'), false);
  assert.equal(bindLease(leases, 'c', '10.0.0.11'), false);
});

test('an offer runs out after half a minute, a lease after its time', () => {
  const { leases, clock } = setUp();
  offer(leases, 'a', undefined);
  clock.ms += 31_000;
  assert.equal(currentAddress(leases, 'a'), '10.0.0.10');
  assert.equal(offer(leases, 'b', '10.0.0.10'), '10.0.0.10');
  assert.equal(currentAddress(leases, 'a'), undefined);
  assert(bindLease(leases, 'b', '10.0.0.10'));
  clock.ms += 59_000;
  assert.equal(bindLease(leases, 'c', '10.0.0.10'), false);
  clock.ms += 2_000;
  assert(bindLease(leases, 'c', '10.0.0.10'));
});

test('bound and declined addresses survive a restart, offers do not', () => {
  const { leases, make, clock } = setUp('10.0.0.14');
  bindLease(leases, 'a', '10.0.0.10');
  bindLease(leases, 'b', '10.0.0.12');
  assert(declineLease(leases, 'b', '10.0.0.12'));
  offer(leases, 'c', '10.0.0.13');
  const again = make();
  assert.equal(currentAddress(again, 'a'), '10.0.0.10');
  assert.equal(offer(again, 'd', '10.0.0.12'), '10.0.0.13');
  clock.ms += 601_000;
  assert.equal(offer(again, 'e', '10.0.0.12'), '10.0.0.12');
});

test('only the holder can release or decline', () => {
  const { leases } = setUp();
  bindLease(leases, 'a', '10.0.0.10');
  releaseLease(leases, 'b', '10.0.0.10');
  assert.equal(declineLease(leases, 'b', '10.0.0.10'), false);
  assert.equal(currentAddress(leases, 'a'), '10.0.0.10');
  assert.equal(bindLease(leases, 'b', '10.0.0.10'), false);
  releaseLease(leases, 'a', '10.0.0.10');
  assert(bindLease(leases, 'b', '10.0.0.10'));
  assert.equal(currentAddress(leases, 'a'), undefined);
});

test('what was released is offered to who had it, also after a restart, and to others when nothing else is left', () => {
  const { leases, make } = setUp('10.0.0.13');
  bindLease(leases, 'a', '10.0.0.10');
  releaseLease(leases, 'a', '10.0.0.10');
  assert.equal(offer(leases, 'b', undefined), '10.0.0.12');
  assert.equal(chooseAddress(leases, { mac: 'a' }), '10.0.0.10');
  assert.equal(chooseAddress(make(), { mac: 'a' }), '10.0.0.10');
  assert.equal(offer(leases, 'c', undefined), '10.0.0.13');
  assert.equal(offer(leases, 'd', undefined), '10.0.0.10');
  assert.equal(chooseAddress(leases, { mac: 'a' }), undefined, 'it is somebody else’s now');
});

test('a machine that binds another address gives the former back', () => {
  const { leases } = setUp();
  bindLease(leases, 'a', '10.0.0.10');
  bindLease(leases, 'a', '10.0.0.12');
  assert.equal(offer(leases, 'b', '10.0.0.10'), '10.0.0.10');
});

const LARGE = { from: '10.0.0.0', to: '10.0.239.253', excluded: ['10.0.0.1'] };

function setUpLarge() {
  const database = openDatabase(':memory:');
  const clock = { ms: 1_000_000 };
  const leases = openLeases(database, { pool: LARGE, leaseSeconds: 60, now: () => clock.ms });
  return { leases, clock };
}

test('a pool of 61,000 addresses that is used up costs a stranger no search', () => {
  const { leases } = setUpLarge();
  const offered = new Set<string>();
  for (let mac = 0; mac < 61_437; mac += 1) offered.add(offer(leases, `m${mac}`, undefined) ?? assert.fail());
  assert.equal(offered.size, 61_437);
  assert(!offered.has('10.0.0.1'));
  // A search through all of it would take a second for a few of these.
  const beganMs = performance.now();
  for (let mac = 0; mac < 20_000; mac += 1) assert.equal(offer(leases, `late${mac}`, undefined), undefined);
  assert(performance.now() - beganMs < 2000);
});

test('a machine of the site gets the address of a stranger who did not take it up, never a bound one', () => {
  const { leases } = setUp();
  offer(leases, 'stranger', undefined);
  bindLease(leases, 'bound', '10.0.0.12');
  assert.equal(offer(leases, 'other', undefined), undefined);
  assert.equal(offer(leases, 'known', undefined, true), '10.0.0.10');
  assert.equal(currentAddress(leases, 'stranger'), undefined);
  assert.equal(bindLease(leases, 'stranger', '10.0.0.10'), false);
  assert(bindLease(leases, 'known', '10.0.0.10'));
  assert.equal(offer(leases, 'second', undefined, true), undefined);
});

test('addresses never used come first, then those that have been free for longest', () => {
  const { leases, clock } = setUp('10.0.0.14');
  bindLease(leases, 'a', '10.0.0.12');
  clock.ms += 1000;
  bindLease(leases, 'b', '10.0.0.10');
  assert.equal(offer(leases, 'c', undefined), '10.0.0.13');
  assert.equal(offer(leases, 'd', undefined), '10.0.0.14');
  clock.ms += 29_000;
  assert.equal(offer(leases, 'e', undefined), undefined);
  releaseLease(leases, 'b', '10.0.0.10');
  clock.ms += 2000;
  const next = ['e', 'f', 'g'].map((mac) => offer(leases, mac, undefined));
  assert.deepEqual(next, ['10.0.0.10', '10.0.0.13', '10.0.0.14']);
  clock.ms += 60_000;
  assert.equal(offer(leases, 'a', undefined), '10.0.0.12', 'a former address of its own, when nobody has it');
});

test('leases of a longer time, from before a change of the settings, do not keep newer ones from ending', () => {
  const database = openDatabase(':memory:');
  const clock = { ms: 0 };
  const pool = { from: '10.0.0.10', to: '10.0.0.11', excluded: [] };
  const make = (leaseSeconds: number) => openLeases(database, { pool, leaseSeconds, now: () => clock.ms });
  bindLease(make(10_000), 'long', '10.0.0.10');
  const leases = make(60);
  bindLease(leases, 'short', '10.0.0.11');
  clock.ms += 61_000;
  assert.equal(offer(leases, 'next', undefined), '10.0.0.11');
});

test('whoever declines all that it is offered uses up a tenth of the pool at most', () => {
  const { leases } = setUp('10.0.0.60');
  let rested = 0;
  for (let round = 0; round < 200; round += 1) {
    const address = offer(leases, 'hostile', undefined) ?? assert.fail();
    if (declineLease(leases, 'hostile', address)) rested += 1;
  }
  assert.equal(rested, 5);
  assert.notEqual(offer(leases, 'another', undefined), undefined);
});

test('a lease that cannot be recorded is not bound, and is when it can', async (context) => {
  const dir = await mkdtemp(join(tmpdir(), 'gutinteg-leases-'));
  context.after(() => rm(dir, { recursive: true, force: true }));
  const path = join(dir, 'netboot.db');
  const database = openDatabase(path);
  const pool = { from: '10.0.0.10', to: '10.0.0.14', excluded: [] };
  const make = () => openLeases(database, { pool, leaseSeconds: 60, now: () => 0 });
  const leases = make();
  const other = new DatabaseSync(path);
  other.exec('BEGIN IMMEDIATE');
  assert.equal(offer(leases, 'a', undefined), '10.0.0.10');
  assert.throws(() => bindLease(leases, 'a', '10.0.0.10'), { name: 'StateError' });
  other.exec('ROLLBACK');
  database.tend();
  assert.equal(currentAddress(make(), 'a'), undefined);
  assert(bindLease(leases, 'a', '10.0.0.10'));
  assert.equal(currentAddress(make(), 'a'), '10.0.0.10');
});

test('nothing is given out before the leases of former days could be read; then they stand', async (context) => {
  const dir = await mkdtemp(join(tmpdir(), 'gutinteg-leases-'));
  context.after(() => rm(dir, { recursive: true, force: true }));
  const path = join(dir, 'netboot.db');
  const pool = { from: '10.0.0.10', to: '10.0.0.14', excluded: [] };
  const options = { pool, leaseSeconds: 60, now: () => 0 };
  const first = openDatabase(path);
  bindLease(openLeases(first, options), 'a', '10.0.0.10');
  first.close();
  const sound = await readFile(path);
  await writeFile(path, 'rubbish '.repeat(1000));
  const database = openDatabase(path);
  const leases = openLeases(database, options);
  assert.equal(offer(leases, 'b', undefined), undefined);
  assert.equal(bindLease(leases, 'b', '10.0.0.10'), false);
  await writeFile(path, sound);
  database.tend();
  assert.equal(currentAddress(leases, 'a'), '10.0.0.10');
  assert.equal(offer(leases, 'b', undefined), '10.0.0.11');
});
