import assert from 'node:assert/strict';
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
import { requestHeaders } from '../../contract/fleet/signed-request.ts';
import { createLog } from '../../lib/log.ts';
import { runCommand } from '../../lib/run-command.ts';
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
await makeCertificate({ directory: centreTls, ...wish('centre.test') });
await makeCertificate({ directory: join(relayState, 'fleet', 'tls'), ...wish('relay.test') });
const ca = [centreTls, join(relayState, 'fleet', 'tls')].map((directory) =>
  readFileSync(tlsFiles(directory).certificate),
);

async function startCentre(port: number): Promise<FleetServer> {
  const pair = await readKeyPair(tlsFiles(centreTls));
  return startFleetServer({ address: '127.0.0.1', port, log, ...pair, routes: createHostRoutes(fleet) });
}

const begin = (port: number, admission?: { name: string; token: string }): Promise<RunningRelay> =>
  startRelay({
    stateDir: relayState,
    address: '127.0.0.1',
    port: 0,
    upstream: `https://127.0.0.1:${port}`,
    certificate: readFileSync(tlsFiles(centreTls).certificate, 'utf8'),
    ...(admission === undefined ? {} : { admission }),
    log,
    now: () => clock.ms,
    drainMs: 20,
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
