import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAdoptions } from './adoptions.ts';
import { FAKE_MAC, oneMachineSite } from './fake-machine-source.ts';
import { applyReport } from './machine-news.ts';
import { getMachine } from './state/find-machines.ts';
import { armMachine } from './machines/arm-machine.ts';
import { authenticate } from './machines/attempts.ts';
import { createMachines, timelineOf } from './machines/machines.ts';
import { openDatabase } from './state/database.ts';

const HOUR_MS = 60 * 60_000;
const FROM = { macs: ['52:54:00:99:99:99', FAKE_MAC], hostname: 'by-hand', address: '10.77.0.9' };
const REPORT = {
  generation: 'a'.repeat(64),
  bootId: 'boot',
  ok: true,
  seconds: 1,
  changes: [],
  changedTotal: 0,
  errors: [],
  notices: [],
};

function setUp() {
  const clock = { ms: 1_700_000_000_000 };
  const database = openDatabase(':memory:');
  const { source } = oneMachineSite();
  const now = (): number => clock.ms;
  const machines = createMachines({ database, source, attempts: 3, now });
  return { clock, database, machines, adoptions: createAdoptions({ database, source, machines, now }) };
}

test('a one-time token is good once, for an hour, for the machine that it was made for', async () => {
  const { clock, database, machines, adoptions } = setUp();
  assert.equal(adoptions.exchange('0'.repeat(64), FROM), undefined);
  const first = await adoptions.claim('q-bert');
  const { token, row, goodUntilMs } = await adoptions.claim('q-bert');
  assert.equal(goodUntilMs, clock.ms + HOUR_MS);
  assert.equal(adoptions.isGood(first.token), false, 'claiming again replaces it');
  assert.throws(() => adoptions.exchange(token, { ...FROM, macs: ['52:54:00:99:99:99'] }), /token is for q-bert/);
  clock.ms += HOUR_MS - 1;
  assert.equal(adoptions.isGood(token), true);
  const adopted = adoptions.exchange(token, FROM) ?? assert.fail();
  assert.deepEqual([adopted.machineId, adopted.name], [row.id, 'q-bert']);
  assert.equal(authenticate(machines, row.id, adopted.token), 'system');
  assert.equal(authenticate(machines, row.id, token), undefined);
  assert.equal(adoptions.exchange(token, FROM), undefined);
  const late = await adoptions.claim('q-bert');
  clock.ms += HOUR_MS;
  assert.equal(adoptions.exchange(late.token, FROM), undefined);
  // Tokens themselves are nowhere.
  const rows = JSON.stringify(database.all('SELECT * FROM adoptions'));
  assert(!rows.includes(late.token) && /[0-9a-f]{64}/.test(rows));
});

test('an adopted machine counts as installed once it has said that it is as described', async () => {
  const { machines, adoptions } = setUp();
  const { token, row } = await adoptions.claim('q-bert');
  adoptions.exchange(token, FROM);
  const state = (): string => getMachine(machines.table, row.id).life.state;
  assert.equal(state(), 'unknown');
  applyReport(machines, row.id, { ...REPORT, run: 'adopted', ok: false }, 'system');
  assert.equal(state(), 'unknown');
  applyReport(machines, row.id, { ...REPORT, run: 'adopted' }, 'system');
  assert.equal(state(), 'installed');
  const texts = timelineOf(machines, getMachine(machines.table, row.id)).map(({ text }) => text);
  assert(texts.includes('adopted by the system that calls itself by-hand, from 10.77.0.9'), texts.join('\n'));
});

test('a report that waited says of which run it is', async () => {
  const { machines, adoptions, clock } = setUp();
  const { row } = await adoptions.claim('q-bert');
  const late = { startedAtMs: clock.ms, serverAway: { sinceMs: clock.ms - 1000 } };
  applyReport(machines, row.id, { ...REPORT, ...late, run: 'partial' }, 'system');
  const text = timelineOf(machines, getMachine(machines.table, row.id)).at(-1)?.text ?? '';
  assert.match(
    text,
    /\(a run of 2023-11-14T22:13:20\.000Z without this server, away since 2023-11-14T22:13:19\.000Z, against generation aaaaaaaaaaaa\)$/,
  );
});

test('what is to be installed is not adopted, nor what is in no database or has no network card', async () => {
  const { machines, adoptions } = setUp();
  const { token } = await adoptions.claim('q-bert');
  await armMachine(machines, 'q-bert');
  await assert.rejects(adoptions.claim('q-bert'), /q-bert is armed/);
  assert.throws(() => adoptions.exchange(token, FROM), /q-bert is armed/);
  await assert.rejects(adoptions.claim('pac-man'), /no such machine/);
});
