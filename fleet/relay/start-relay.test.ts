import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { after, test } from 'node:test';
import { checkInAnswerSchema } from '../../contract/fleet/check-in.ts';
import { enrolmentAnswerSchema, refusalSchema } from '../../contract/fleet/enrolment.ts';
import { relayHeaders } from '../../contract/fleet/relayed-request.ts';
import { hostRoutes } from '../../contract/fleet/routes.ts';
import { readHostKey, requestHeaders } from '../../contract/fleet/signed-request.ts';
import { readWakeUp } from '../../contract/fleet/wake-up.ts';
import { createLog } from '../../lib/log.ts';
import { runCommand } from '../../lib/run-command.ts';
import type { RunCommand } from '../../lib/run-command.ts';
import { countHosts } from '../operations/show-status.ts';
import { oneHost } from '../operations/hosts/show-host.ts';
import { wakeKey, wakeUps } from '../operations/wake-hosts.ts';
import { startFleetServer } from '../servers/fleet-server.ts';
import type { FleetServer } from '../servers/fleet-server.ts';
import { createHostRoutes } from '../servers/host-routes.ts';
import { checkInWith, enrolmentOf, makeTestHost, sentBy } from '../testing/simulated-host.ts';
import { openTestFleet } from '../testing/test-fleet.ts';
import { makeCertificate, tlsFiles } from '../tls/make-certificate.ts';
import { readKeyPair } from '../tls/watch-certificate.ts';
import { startRelay } from './start-relay.ts';
import type { RunningRelay } from './start-relay.ts';

const cleanup = new AsyncDisposableStack();
after(() => cleanup.disposeAsync());
const root = mkdtempSync(join(tmpdir(), 'gutinteg-relay-'));
cleanup.defer(() => rmSync(root, { recursive: true }));
const { fleet, token } = await openTestFleet(cleanup);
const log = createLog('test', 'silent');
const clock = { ms: 1_800_000_000_000 };
const [centreTls, relayState] = [join(root, 'centre'), join(root, 'relay')];
const wish = (name: string) => ({ run: runCommand, names: [name, '127.0.0.1'], days: 30 });
const { pin } = await makeCertificate({ directory: centreTls, ...wish('centre.test') });
await makeCertificate({ directory: join(relayState, 'fleet', 'tls'), ...wish('relay.test') });
const ca = [centreTls, join(relayState, 'fleet', 'tls')].map((directory) =>
  readFileSync(tlsFiles(directory).certificate),
);

/** Where hosts of the site would listen for wake-ups. */
const wakeSocket = createSocket('udp4').bind(0, '127.0.0.1');
cleanup.defer(() => void wakeSocket.close());
await once(wakeSocket, 'listening');
const { port: wakePort } = wakeSocket.address();
const operator = { name: 'ann', role: 'operator' } as const;

async function startCentre(port: number): Promise<FleetServer> {
  const pair = await readKeyPair(tlsFiles(centreTls));
  return startFleetServer({ address: '127.0.0.1', port, log, ...pair, routes: createHostRoutes(fleet) });
}

const begin = (port: number, admission?: { name: string; token: string }, pin?: string): Promise<RunningRelay> =>
  startRelay({
    stateDir: relayState,
    address: '127.0.0.1',
    port: 0,
    wake: { by: 'datagram', port: wakePort },
    upstream: `https://127.0.0.1:${port}`,
    ...(pin === undefined
      ? { certificate: readFileSync(tlsFiles(centreTls).certificate, 'utf8') }
      : { fingerprint: pin }),
    ...(admission === undefined ? {} : { admission }),
    log,
    now: () => clock.ms,
    drainMs: 20,
    reportSeconds: 0.02,
  });

async function post(port: number, sent: ReturnType<typeof enrolmentOf>, more: Record<string, string> = {}) {
  const headers = { [requestHeaders.host]: sent.hostId, [requestHeaders.signature]: sent.signature, ...more };
  const options = { host: '127.0.0.1', port, path: sent.path, method: 'POST', headers, ca, agent: false } as const;
  const asked = request(options).end(sent.body);
  const [answer] = (await once(asked, 'response')) as [NodeJS.ReadableStream & { statusCode: number }];
  return { status: answer.statusCode, value: JSON.parse(await text(answer)) as unknown };
}

async function rowOf(id: string) {
  const columns = ['relay', 'tokenIssued', 'state'] as const;
  const row = await fleet.store.queries.selectFrom('hosts').select(columns).where('id', '=', id).executeTakeFirst();
  return { ...row };
}

async function until(isSo: () => boolean): Promise<void> {
  for (const limit = Date.now() + 10_000; !isSo(); await delay(5)) assert.ok(Date.now() < limit, 'waited in vain');
}

test('hosts behind a relay: passed on, held while the server is away, and nothing twice when it is back', async () => {
  let centre = await startCentre(0);
  const { port } = centre;
  cleanup.defer(() => centre.close());
  let relay = await begin(port, { name: 'campus-relay', token });
  cleanup.defer(() => relay.close());
  const host = makeTestHost('web1');
  const checkIn = (value: ReturnType<typeof checkInWith>) => sentBy(host, hostRoutes.checkIn, value);
  const entry = enrolmentAnswerSchema.parse((await post(relay.port, enrolmentOf(host, token))).value);

  const first = checkInAnswerSchema.parse((await post(relay.port, checkIn(checkInWith(entry.token ?? '')))).value);
  assert.deepEqual(await rowOf(host.id), { relay: relay.id, tokenIssued: 2, state: 'enrolled' });

  await centre.close();
  const waiting = checkInWith(first.token);
  for (const value of [waiting, { ...waiting, clock: waiting.clock + 300 }]) {
    const kept = await post(relay.port, checkIn(value));
    assert.deepEqual([kept.status, refusalSchema.parse(kept.value).error], [202, 'held']);
  }
  const forged = { ...checkIn(checkInWith(first.token)), signature: makeTestHost('evil').sign('/', Buffer.from('')) };
  const stranger = sentBy(makeTestHost('nobody'), hostRoutes.checkIn, waiting);
  for (const sent of [
    forged,
    stranger,
    sentBy(host, hostRoutes.documents, {}),
    enrolmentOf(makeTestHost('new'), token),
  ]) {
    assert.equal(refusalSchema.parse((await post(relay.port, sent)).value).error, 'busy');
  }
  assert.equal(relay.held(), 1);

  await relay.close();
  relay = await begin(port);
  assert.equal(relay.held(), 1, 'it is on the disk');
  centre = await startCentre(port);
  clock.ms += 60_000;
  await until(() => relay.held() === 0);
  assert.equal((await rowOf(host.id)).tokenIssued, 3);

  const repeated = checkInAnswerSchema.parse((await post(relay.port, checkIn(waiting))).value);
  assert.deepEqual(await rowOf(host.id), { relay: relay.id, tokenIssued: 3, state: 'enrolled' });
  await post(relay.port, checkIn(checkInWith(repeated.token)));
  assert.deepEqual(await rowOf(host.id), { relay: relay.id, tokenIssued: 4, state: 'enrolled' });
});

test('who only says that it is a relay is not recorded', async () => {
  const centre = await startCentre(0);
  cleanup.defer(() => centre.close());
  const host = makeTestHost('web2');
  const entry = enrolmentAnswerSchema.parse((await post(centre.port, enrolmentOf(host, token))).value);
  const { id: relayId } = await fleet.store.queries
    .selectFrom('hosts')
    .select('id')
    .where('name', '=', 'campus-relay')
    .executeTakeFirstOrThrow();
  const sent = sentBy(host, hostRoutes.checkIn, checkInWith(entry.token ?? ''));
  const claim = { [relayHeaders.relay]: relayId, [relayHeaders.signature]: sent.signature };
  assert.equal((await post(centre.port, sent, claim)).status, 200);
  assert.equal((await rowOf(host.id)).relay, '');
});

test('a host behind a relay is woken by it, with the datagram of the server; the relay is shown as a relay', async () => {
  const centre = await startCentre(0);
  cleanup.defer(() => centre.close());
  const host = makeTestHost('web3');
  const entry = enrolmentAnswerSchema.parse((await post(centre.port, enrolmentOf(host, token))).value);
  const relay = await begin(centre.port, undefined, pin);
  cleanup.defer(() => relay.close());
  const checkIn = sentBy(host, hostRoutes.checkIn, checkInWith(entry.token ?? ''));
  const first = checkInAnswerSchema.parse((await post(relay.port, checkIn)).value);

  const received = once(wakeSocket, 'message', { signal: AbortSignal.timeout(10_000) }) as Promise<[Buffer]>;
  const input = { hosts: [host.id], port: 1 };
  const { results } = (await wakeUps.run(fleet, input as never, operator)) as { results: unknown };
  assert.deepEqual(results, [{ host: 'web3', isSent: true, message: 'its relay campus-relay wakes it' }]);
  const [datagram] = await received;
  const { publicKey } = (await wakeKey.run(fleet, {} as never, operator)) as { publicKey: string };
  assert.equal(readWakeUp(datagram, readHostKey(publicKey))?.hostId, host.id);
  const waiting = () => fleet.store.queries.selectFrom('relayWakeUps').selectAll().execute();
  for (const limit = Date.now() + 10_000; (await waiting()).length > 0; await delay(5)) assert.ok(Date.now() < limit);

  const shown = (await oneHost.run(fleet, { host: 'campus-relay' } as never, operator)) as Record<string, unknown>;
  assert.deepEqual([shown['id'], shown['kind'], shown['findings']], [relay.id, 'relay', []]);
  assert.ok(Number(shown['behind']) >= 1);
  const status = (await countHosts.run(fleet, {} as never, operator)) as { relays: unknown };
  assert.deepEqual(status.relays, { enrolled: 1, silent: 0 });

  const direct = sentBy(host, hostRoutes.checkIn, checkInWith(first.token));
  assert.equal((await post(centre.port, direct)).status, 200);
  assert.equal((await rowOf(host.id)).relay, '', 'it came without the relay');
});

test('a server with another key is told nothing', async () => {
  const centre = await startCentre(0);
  cleanup.defer(() => centre.close());
  const relay = await begin(centre.port, undefined, `sha256:${'0'.repeat(64)}`);
  cleanup.defer(() => relay.close());
  const refused = await post(relay.port, enrolmentOf(makeTestHost('web4'), token));
  assert.equal(refusalSchema.parse(refused.value).error, 'busy');
});

test('a host that was let in as one is no relay', async () => {
  const host = makeTestHost('web5');
  const centre = await startCentre(0);
  cleanup.defer(() => centre.close());
  await post(centre.port, enrolmentOf(host, token));
  const report = await post(centre.port, sentBy(host, hostRoutes.relay, { v: 1, results: [] }));
  assert.match(refusalSchema.parse(report.value).message, /web5 was let in as a host/);
});

test('a relay starts while the server is away, is let in when it is back, and wakes hosts by ssh', async () => {
  const gone = await startCentre(0);
  const { port } = gone;
  await gone.close();
  const states = join(root, 'second');
  const { file } = await makeCertificate({ directory: join(states, 'fleet', 'tls'), ...wish('second.test') });
  ca.push(readFileSync(file));
  const place = {
    stateDir: states,
    address: '127.0.0.1',
    port: 0,
    upstream: `https://127.0.0.1:${port}`,
    fingerprint: pin,
  };
  const admission = { name: 'second-relay', token };
  const asked: string[][] = [];
  const run: RunCommand = (argv) => {
    asked.push([...argv]);
    return Promise.resolve({ exitCode: 255, stdout: '', stderr: 'Host key verification failed.' });
  };
  const wake = { by: 'ssh', user: 'root', run } as const;
  const relay = await startRelay({ ...place, admission, wake, log, now: () => clock.ms, reportSeconds: 0.02 });
  cleanup.defer(() => relay.close());
  const centre = await startCentre(port);
  cleanup.defer(() => centre.close());
  const seen = () =>
    fleet.store.queries
      .selectFrom('hosts')
      .select(['kind', 'lastSeenAt'])
      .where('id', '=', relay.id)
      .executeTakeFirst();
  for (const limit = Date.now() + 10_000; ((await seen())?.lastSeenAt ?? null) === null; await delay(5)) {
    assert.ok(Date.now() < limit, 'waited in vain');
  }
  assert.equal((await seen())?.kind, 'relay');

  const host = makeTestHost('web6');
  const entry = enrolmentAnswerSchema.parse((await post(relay.port, enrolmentOf(host, token))).value);
  await post(relay.port, sentBy(host, hostRoutes.checkIn, checkInWith(entry.token ?? '')));
  await wakeUps.run(fleet, { hosts: ['web6'], port: 1 } as never, operator);
  const events = () =>
    fleet.store.queries.selectFrom('hostEvents').select('text').where('host', '=', host.id).execute();
  const isTold = async () =>
    (await events()).some(({ text: said }) => /^the relay second-relay could not wake it: .*not known here/.test(said));
  for (const limit = Date.now() + 10_000; !(await isTold()); await delay(5)) assert.ok(Date.now() < limit, 'in vain');
  assert.deepEqual(
    asked.map((argv) => argv.slice(-5)),
    [['-l', 'root', '--', 'web6', 'gutinteg-fleet wake']],
  );

  const wrong = { ...place, fingerprint: `sha256:${'0'.repeat(64)}`, admission, wake, log };
  await assert.rejects(startRelay(wrong), /the server's key is sha256:/);
});
