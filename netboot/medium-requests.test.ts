// What a machine asks that was installed from a medium without the server.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { createClient } from '../contract/client.ts';
import type { Report } from '../contract/report.ts';
import { createBootService } from './boot-service.ts';
import { createClients } from './clients.ts';
import { FAKE_MAC, FAKE_SITE_KEY, fakeDigest, oneMachineSite } from './fake-machine-source.ts';
import { armMachine } from './machines/arm-machine.ts';
import { describeForMedium } from './machines/describe-for-medium.ts';
import { applyOccurrence, createMachines, timelineOf } from './machines/machines.ts';
import { addBootRoutes } from './servers/boot-routes.ts';
import { createApp, serveHttp } from './servers/http.ts';
import { addMachineRoutes } from './servers/machine-routes.ts';
import { createBodyReader } from './servers/read-body.ts';
import { createSendSigned } from './servers/send-signed.ts';
import { openDatabase } from './state/database.ts';
import { findByName } from './state/find-machines.ts';

const FIRST: Report = {
  run: 'first-boot',
  generation: fakeDigest('a'),
  bootId: 'b',
  ok: true,
  seconds: 1,
  changes: [],
  changedTotal: 0,
  errors: [],
  notices: [],
};
const NOTHING = { initData: [], knownEmpty: [] };

async function setUp(context: TestContext) {
  const database = openDatabase(':memory:');
  const { source } = oneMachineSite();
  const machines = createMachines({ database, source, attempts: 3 });
  const app = createApp(
    () => {},
    (added) => {
      const clients = createClients();
      const consoles = { amd64: [], arm64: [] };
      const serverUrl = 'http://10.77.0.1:8080';
      const options = { source, machines, serverUrl, consoles, firmwareOf: () => undefined, loaders: new Map() };
      const sendSigned = createSendSigned(FAKE_SITE_KEY.privateKey);
      const boot = createBootService(options);
      addBootRoutes(added, { boot, machines, clients, stateDir: '/nowhere', sendSigned });
      addMachineRoutes(added, { source, machines, clients, readBody: createBodyReader(), sendSigned });
    },
  );
  const server = await serveHttp(app, { address: '127.0.0.1', port: 0 });
  context.after(() => server.close());
  const client = (token?: string) =>
    createClient({
      serverUrl: `http://127.0.0.1:${server.port}`,
      publicKeys: [FAKE_SITE_KEY.publicKey],
      patienceMs: 0,
      ...(token === undefined ? {} : { token }),
    });
  const row = () => findByName(machines.table, 'q-bert') ?? assert.fail();
  const state = () => row().life.state;
  const told = () => [...timelineOf(machines, row())].map(({ text }) => text).join('\n');
  return { machines, client, row, state, told };
}

test('its events are told and change nothing; its first report makes it installed, and its token the system’s', async (context) => {
  const { machines, client, state, told } = await setUp(context);
  const { lookup, token } = await describeForMedium(machines, 'q-bert', { ...NOTHING, initData: ['h'] });
  assert.deepEqual(lookup.initData, ['h']);
  assert.equal(state(), 'unknown');
  const machine = client(token);
  assert.equal((await machine.lookup(FAKE_MAC)).machineId, lookup.machineId);
  await machine.sendEvents(lookup.machineId, [{ kind: 'rebooting' }]);
  assert.equal(state(), 'unknown');
  await machine.sendReport(lookup.machineId, FIRST);
  assert.equal(state(), 'installed');
  assert.match(told(), /a medium was made that installs it without this server; may create data partition h/);
  assert.match(told(), /everything is on the disk; rebooting from it/);
  await machine.sendReport(lookup.machineId, { ...FIRST, run: 'partial' });
  // From now on it is a system like any other.
  await assert.rejects(machine.sendEvents(lookup.machineId, [{ kind: 'rebooting' }]), /401/);
});

test('a machine that is armed stays armed; the token begins no attempt and saves no disks', async (context) => {
  const { machines, client, state } = await setUp(context);
  const { lookup, token } = await describeForMedium(machines, 'q-bert', NOTHING);
  await armMachine(machines, 'q-bert');
  await client(token).sendReport(lookup.machineId, FIRST);
  assert.equal(state(), 'armed');
});

test('a report that is not well leaves the machine what it was; a wrong token is refused', async (context) => {
  const { machines, client, state } = await setUp(context);
  const { lookup, token } = await describeForMedium(machines, 'q-bert', NOTHING);
  await assert.rejects(client('ab'.repeat(32)).sendReport(lookup.machineId, FIRST), /401/);
  await client(token).sendReport(lookup.machineId, { ...FIRST, ok: false, errors: ['no'] });
  assert.equal(state(), 'unknown');
});

test('no medium is made of a machine that is being installed, or that nobody knows', async (context) => {
  const { machines, row } = await setUp(context);
  await armMachine(machines, 'q-bert');
  applyOccurrence(machines, row().id, { kind: 'installer-given' });
  await assert.rejects(describeForMedium(machines, 'q-bert', NOTHING), /is being installed over the network/);
  await assert.rejects(describeForMedium(machines, 'zaxxon', NOTHING), /no such machine/);
});

test('of several media, each token is good until its system has reported', async (context) => {
  const { machines, client } = await setUp(context);
  const one = await describeForMedium(machines, 'q-bert', NOTHING);
  const two = await describeForMedium(machines, 'q-bert', NOTHING);
  await client(one.token).sendReport(one.lookup.machineId, FIRST);
  await client(two.token).sendReport(two.lookup.machineId, FIRST);
  await assert.rejects(client(one.token).sendReport(one.lookup.machineId, FIRST), /401/);
});

test('a machine that asks from a medium is told the same decision as after a network boot', async (context) => {
  const { machines, client, state } = await setUp(context);
  const unknown = await client().bootDecision('52:54:00:00:00:99');
  assert.deepEqual(unknown, { give: 'local-disk', why: 'this MAC address is unknown to the site' });
  assert.deepEqual(await client().bootDecision(FAKE_MAC), { give: 'local-disk', why: 'q-bert is not armed' });
  await armMachine(machines, 'q-bert');
  const answer = await client().bootDecision(FAKE_MAC);
  assert(answer.give === 'installer');
  assert.deepEqual([answer.name, answer.attempt, state()], ['q-bert', 1, 'installing']);
  assert.equal((await client(answer.token).lookup(FAKE_MAC)).name, 'q-bert');
});
