import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, request } from 'node:http';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { createClient } from '../contract/client.ts';
import { lookupSchema } from '../contract/lookup.ts';
import { routes } from '../contract/routes.ts';
import { httpExchange } from '../lib/http-exchange.ts';
import { createLog } from '../lib/log.ts';
import { siteSettingsSchema } from '../site/settings.ts';
import { createControlClient } from './control-client.ts';
import { FAKE_MAC, FAKE_SITE_KEY, fakeDigest, oneMachineSite } from './fake-machine-source.ts';
import { startNetboot } from './serve.ts';
import { renderStatus } from './render/status-text.ts';
import { claimMachine, noteOnTimeline } from './machines/machines.ts';

const DIGEST = fakeDigest('d');

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function setUp(context: TestContext) {
  const dir = await mkdtemp(join(tmpdir(), 'gutinteg-serve-'));
  context.after(() => rm(dir, { recursive: true, force: true }));
  const stateDir = join(dir, 'state');
  const bootDir = join(stateDir, 'boot/amd64');
  await mkdir(bootDir, { recursive: true });
  await mkdir(join(stateDir, 'store/packs'), { recursive: true });
  await writeFile(join(bootDir, 'vmlinuz'), 'kernel of 19 bytes!');
  await writeFile(join(bootDir, 'ramdisk.img'), 'ramdisk');
  await writeFile(join(stateDir, 'store/packs', DIGEST), 'pack');
  await writeFile(join(stateDir, 'store/packs', 'secret'), 'not named by a digest');
  await writeFile(join(stateDir, 'secret'), 'outside the store');
  const site = oneMachineSite();
  const ports = { dhcpPort: await freePort(), dhcpClientPort: await freePort() };
  const options = {
    settings: siteSettingsSchema.parse({ address: '127.0.0.1', httpPort: await freePort() }),
    stateDir,
    source: site.source,
    signingKey: FAKE_SITE_KEY.privateKey,
    log: createLog('test', 'silent'),
    tftpPort: 0,
    ...ports,
  };
  const netboot = await startNetboot(options);
  context.after(() => netboot.close());
  const get = (path: string, headers: Record<string, string> = {}) => fetch(netboot.url + path, { headers });
  const post = (path: string, body: string, token?: string) =>
    fetch(netboot.url + path, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
    });
  return { netboot, options, site, get, post, control: createControlClient(stateDir) };
}

/** A request whose path is sent as it is: fetch would tidy it. */
async function rawStatus(url: string, path: string): Promise<number | undefined> {
  const asked = request(url, { path }).end();
  const [response] = (await once(asked, 'response')) as [{ statusCode?: number; resume(): void }];
  response.resume();
  return response.statusCode;
}

test('kernel with ranges, packs by digest, nothing else', async (context) => {
  const { netboot, get } = await setUp(context);
  const whole = await get(routes.kernel('amd64'));
  assert.equal(whole.headers.get('content-length'), '19');
  assert.equal(await whole.text(), 'kernel of 19 bytes!');
  const part = await get(routes.kernel('amd64'), { range: 'bytes=7-8' });
  assert.equal(part.status, 206);
  assert.equal(part.headers.get('content-range'), 'bytes 7-8/19');
  assert.equal(await part.text(), 'of');
  assert.equal(await (await get(routes.storePack(DIGEST))).text(), 'pack');
  const missing = await get(routes.ramdisk('arm64'));
  assert.equal(missing.status, 404);
  assert.match(await missing.text(), /no boot\/arm64\/ramdisk\.img; run gutinteg prepare first/);
  for (const path of [
    '/store/packs/secret',
    `/store/packs/${fakeDigest('e')}`,
    `/store/../secret`,
    '/store/packs/..%2f..%2fsecret',
    `/store/packs/${DIGEST}%00`,
    `/store/${DIGEST}/..`,
    '/boot/amd64/VMLINUZ',
    '/boot/vmlinuz',
    '/boot/sparc/vmlinuz',
    '/boot/constructor/vmlinuz',
    '/boot/mac/rubbish.ipxe',
    `/boot/mac/${FAKE_MAC}`,
    '/machines',
    '/arm',
  ]) {
    assert.equal(await rawStatus(netboot.url, path), 404, path);
  }
});

test('look-up: current without a token, the snapshot with one, 401 with a wrong one', async (context) => {
  const { get, control, site } = await setUp(context);
  assert.equal((await get(routes.lookupByMac('52:54:00:00:00:99'))).status, 404);
  site.edit('q-bert', { MAC: FAKE_MAC, IP: '10.77.0.9', ROOT_PASSWORD_HASH: '$6$x' });
  await control.arm('q-bert');
  const script = await (await get(routes.ipxeScript(FAKE_MAC))).text();
  const token = /token=(\w+)/.exec(script)?.[1] ?? assert.fail();
  site.edit('q-bert', { MAC: FAKE_MAC, IP: '10.77.0.99', ROOT_PASSWORD_HASH: '$6$x' });
  const ip = async (bearer?: string) => {
    const answer = await get(routes.lookupByMac(FAKE_MAC), bearer === undefined ? {} : { authorization: bearer });
    return answer.ok ? ((await answer.json()) as { record: Record<string, string> }).record['IP'] : answer.status;
  };
  assert.equal(await ip(), '10.77.0.99');
  assert.equal(await ip(`Bearer ${token}`), '10.77.0.9');
  const told = async (headers: Record<string, string>) => (await get(routes.lookupByMac(FAKE_MAC), headers)).text();
  assert.match(await told({ authorization: `Bearer ${token}` }), /"ROOT_PASSWORD_HASH":"\$6\$x"/);
  assert.doesNotMatch(await told({}), /ROOT_PASSWORD_HASH/);
  assert.equal(await ip(`Bearer ${fakeDigest('f')}`), 401);
  assert.equal(await ip('Basic YTpi'), 401);
});

test("the installation as the machine's own client tells it", async (context) => {
  const { netboot, get, control } = await setUp(context);
  const { machineId } = await control.arm('q-bert');
  const token = /token=(\w+)/.exec(await (await get(routes.ipxeScript(FAKE_MAC))).text())?.[1] ?? assert.fail();
  const client = createClient({
    serverUrl: netboot.url,
    token,
    publicKeys: [FAKE_SITE_KEY.publicKey],
    patienceMs: 1000,
  });
  assert.equal((await client.lookup(FAKE_MAC)).machineId, machineId);
  await client.sendEvents(machineId, [
    { kind: 'step-started', step: 'partition disk0', why: 'as PARTITION says' },
    { kind: 'rebooting' },
  ]);
  assert.equal((await control.status('q-bert')).state, 'booting');
  await client.sendReport(machineId, {
    run: 'first-boot',
    generation: fakeDigest('a'),
    bootId: 'b',
    ok: true,
    seconds: 1,
    changes: [],
    changedTotal: 0,
    errors: [],
    notices: [],
  });
  const status = await control.status('q-bert');
  assert.equal(status.state, 'installed');
  const told = status.timeline.map((entry) => `${entry.source}: ${entry.text}`).join('\n');
  assert.match(told, /http: fetched its boot script: the installer, attempt 1 of 3\n.*\nserver: now booting/s);
  assert.match(told, /system: first boot from its disk: ok, 0 paths changed, no errors/);
  const command = { why: '/etc/x changed (x)', seconds: 1, output: 'x\n' };
  await client.sendReport(machineId, {
    run: 'partial',
    generation: fakeDigest('a'),
    bootId: 'b',
    ok: false,
    seconds: 1,
    changes: [],
    changedTotal: 0,
    errors: ['systemctl restart x: exit code 5: x'],
    notices: [],
    commands: [
      { ...command, argv: ['update-y'], outcome: 'done', ending: 'exit code 0' },
      { ...command, argv: ['systemctl', 'restart', 'x'], outcome: 'failed', ending: 'exit code 5' },
    ],
  });
  assert.match(
    renderStatus(await control.status('q-bert')),
    /not ok, 0 paths changed, 2 commands run, 1 failed, systemctl restart x: exit code 5: x, 1\.0 s/,
  );
});

test('events and reports: tokens, sizes and contents', async (context) => {
  const { post, get, control } = await setUp(context);
  const { machineId } = await control.arm('q-bert');
  const token = /token=(\w+)/.exec(await (await get(routes.ipxeScript(FAKE_MAC))).text())?.[1] ?? assert.fail();
  const events = routes.events(machineId);
  const good = JSON.stringify({ events: [{ kind: 'message', text: 'hello' }] });
  const statuses = {
    'no token': (await post(events, good)).status,
    'wrong token': (await post(events, good, fakeDigest('0'))).status,
    'another machine': (await post(routes.events('00000000-0000-4000-8000-000000000000'), good, token)).status,
    'no machine id': (await post(routes.events('..'), good, token)).status,
    'not JSON': (await post(events, '{', token)).status,
    'not an event': (await post(events, '{"events":[{"kind":"other"}]}', token)).status,
    'no events at all': (await post(events, '[]', token)).status,
    'too large': (await post(events, `"${'x'.repeat(5 * 1024 * 1024)}"`, token)).status,
    'too large and a stranger': (await post(events, `"${'x'.repeat(5 * 1024 * 1024)}"`).catch(() => ({ status: 401 })))
      .status,
    good: (await post(events, good, token)).status,
  };
  assert.deepEqual(statuses, {
    'no token': 401,
    'wrong token': 401,
    'another machine': 401,
    'no machine id': 404,
    'not JSON': 400,
    'not an event': 400,
    'no events at all': 400,
    'too large': 413,
    'too large and a stranger': 401,
    good: 204,
  });
  assert.equal((await control.status('q-bert')).timeline.filter((entry) => entry.text === 'hello').length, 1);
});

test('control: its socket, its answers, its mistakes', async (context) => {
  const { netboot, options, control } = await setUp(context);
  assert.equal((await stat(netboot.socketPath)).mode & 0o777, 0o660);
  const database = { machines: 1, readAtMs: 0, version: 1, reading: false, fault: null };
  const state = { fault: null, lost: 0, linesLeftOut: 0, logLeftOut: 0, packetsDropped: 0 };
  assert.deepEqual(await control.all(), { machines: [], unknown: [], database, state });
  await assert.rejects(control.arm('nobody'), {
    message: 'arming nobody: no such machine in the database',
    exitCode: 2,
  });
  await assert.rejects(control.status('nobody'), /nobody has not been seen or armed by this server/);
  assert.equal((await control.arm('q-bert')).state, 'armed');
  const disarmed = await control.disarm('q-bert', 'wrong machine');
  assert.deepEqual([disarmed.state, disarmed.reason], ['unknown', 'disarmed: wrong machine']);
  await assert.rejects(startNetboot(options), /another gutinteg serve answers at .*control\.sock/);
  await netboot.close();
  await assert.rejects(control.all(), /no gutinteg serve answers/);
  const again = await startNetboot(options);
  assert.equal((await control.all()).machines[0]?.name, 'q-bert');
  await again.close();
});

test('a data partition that may be made: in the look-up of that arming only, and in its status', async (context) => {
  const { get, control } = await setUp(context);
  const lookup = async (token?: string): Promise<string[] | undefined> => {
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const answer = await get(routes.lookupByMac(FAKE_MAC), headers);
    return lookupSchema.parse(await answer.json()).initData;
  };
  const begin = async (): Promise<string | undefined> =>
    /token=(\w+)/.exec(await (await get(routes.ipxeScript(FAKE_MAC))).text())?.[1];
  const armed = await control.arm('q-bert', { initData: ['h'] });
  assert.deepEqual([armed.initData, armed.notes], [['h'], []]);
  assert.deepEqual(await lookup(await begin()), ['h']);
  assert.equal(await lookup(), undefined, 'not without the token of the attempt');
  assert.deepEqual((await control.status('q-bert')).initData, ['h']);
  assert.deepEqual((await control.arm('q-bert')).initData, []);
  assert.equal(await lookup(await begin()), undefined);
  for (const initData of [['H'], ['disk0/h'], [''], ['1'], Array.from({ length: 101 }, () => 'h')]) {
    await assert.rejects(control.arm('q-bert', { initData }), { exitCode: 2, message: /arm: .*initData/s });
  }
  assert.deepEqual((await control.arm('q-bert', { knownEmpty: ['S3Z9 NB'] })).knownEmpty, ['S3Z9 NB']);
  for (const serial of ['', 'a\nb', 'x'.repeat(201)]) {
    await assert.rejects(control.arm('q-bert', { knownEmpty: [serial] }), { exitCode: 2, message: /knownEmpty/ });
  }
});

test('what stands in the way of starting is said in one line', async (context) => {
  const { options } = await setUp(context);
  const start = (settings: object, more: object = {}) =>
    startNetboot({
      ...options,
      stateDir: `${options.stateDir}2`,
      ...more,
      settings: { ...options.settings, ...settings },
    });
  await assert.rejects(start({}), /HTTP: opening port \d+ on 127\.0\.0\.1: another program has it/);
  await assert.rejects(
    start({ address: '192.0.2.1' }),
    /serving netboots on 192\.0\.2\.1: there is no such address, or the interface is down; this computer has .*lo 127\.0\.0\.1/,
  );
  await assert.rejects(start({ interface: 'eth77' }), /no such address/);
  await assert.rejects(
    start({ dhcp: { leaseSeconds: 60, range: { from: '10.0.0.1', to: '10.0.0.9' } } }),
    /dhcp\.range 10\.0\.0\.1 to 10\.0\.0\.9 .*not of the network of lo/,
  );
});

test('a client that never ends its request does not keep the server from closing', async (context) => {
  const { netboot } = await setUp(context);
  const socket = connect(netboot.httpPort, '127.0.0.1');
  await once(socket, 'connect');
  socket.write('GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ');
  const cutOff = Promise.withResolvers<void>();
  socket.on('error', () => {});
  socket.on('close', () => {
    cutOff.resolve();
  });
  await netboot.close();
  await cutOff.promise;
});

const beginAttempt = async (get: (path: string) => Promise<Response>): Promise<string> =>
  /token=(\w+)/.exec(await (await get(routes.ipxeScript(FAKE_MAC))).text())?.[1] ?? assert.fail();

test('an address belongs to a machine only when it has shown the token: a stranger cannot write its timeline', async (context) => {
  const { get, control } = await setUp(context);
  await control.arm('q-bert');
  const token = await beginAttempt(get);
  await get(routes.lookupByMac(FAKE_MAC));
  await (await get(routes.kernel('amd64'))).arrayBuffer();
  const texts = async () => (await control.status('q-bert')).timeline.map(({ text }) => text);
  assert(!(await texts()).includes('fetched the kernel'));
  await get(routes.lookupByMac(FAKE_MAC), { authorization: `Bearer ${token}` });
  await (await get(routes.kernel('amd64'))).arrayBuffer();
  await waitFor(async () => (await texts()).includes('fetched the kernel'));
});

async function waitFor(holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 5000;
  while (!(await holds())) assert(performance.now() < deadline, 'not within 5 s');
}

test('large reports: one of a machine at a time, none compressed, what is kept is bounded', async (context) => {
  const { netboot, get, post, control } = await setUp(context);
  const { machineId } = await control.arm('q-bert');
  const token = await beginAttempt(get);
  const report = {
    run: 'partial',
    generation: fakeDigest('a'),
    bootId: 'b',
    ok: true,
    seconds: 1,
    changes: [],
    changedTotal: 0,
  };
  const system = { hostname: 'q', kernel: 'k', findmnt: 'x'.repeat(5_000_000), lsblk: null, swapon: null, fstab: '' };
  const body = JSON.stringify({ ...report, errors: [], notices: [], system });
  const path = routes.report(machineId);
  const slow = request(netboot.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'content-length': body.length },
  });
  slow.write(body.slice(0, 1000));
  await waitFor(async () => (await post(path, body, token)).status === 503);
  slow.end(body.slice(1000));
  const [answer] = (await once(slow, 'response')) as [{ statusCode?: number; resume(): void }];
  answer.resume();
  assert.equal(answer.statusCode, 204);
  const kept = (await control.status('q-bert')).lastReport?.report;
  assert.match(kept?.notices[0] ?? '', /^this report had 500\d+ bytes; the server left out .*the facts of the system$/);
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'content-encoding': 'gzip' };
  assert.equal((await fetch(netboot.url + path, { method: 'POST', headers, body: '{}' })).status, 415);
  assert.equal((await post(path, body, token)).status, 204);
});

test('status of many lines and of many machines, which are sent piece by piece', async (context) => {
  const { netboot, control } = await setUp(context);
  const { machineId } = await control.arm('q-bert');
  for (let line = 0; line < 350; line += 1) {
    noteOnTimeline(netboot.machines, machineId, { source: 'installer', key: `k${line}`, text: `line ${line}` });
  }
  const { timeline, lastReport } = await control.status('q-bert');
  assert.deepEqual([timeline.length, timeline.at(-1)?.text, lastReport], [351, 'line 349', null]);
  for (let machine = 0; machine < 1300; machine += 1) {
    const mac = `02:00:00:00:${Math.floor(machine / 256)
      .toString(16)
      .padStart(2, '0')}:${(machine % 256).toString(16).padStart(2, '0')}`;
    claimMachine(netboot.machines, { ...NO_SITE, name: `m${9999 - machine}`, macs: [mac] });
  }
  const names = (await control.all()).machines.map(({ name }) => name);
  assert.equal(names.length, 1301);
  assert.deepEqual(names, names.toSorted());
});

const NO_SITE = { record: {}, recordDigest: '', describe: () => Promise.reject(new Error('not asked')) };

test('a client of another version is refused before it can arm a machine, and told which end is older', async (context) => {
  const { netboot, control } = await setUp(context);
  const arm = (version: string) =>
    httpExchange(
      { socketPath: netboot.socketPath, path: '/arm' },
      {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'gutinteg-control-version': version },
        body: JSON.stringify({ name: 'q-bert' }),
        timeoutMs: 10_000,
        maxBytes: 65_536,
      },
    );
  for (const [version, older] of [
    ['2', 'the running server is older'],
    ['0', 'this gutinteg is older'],
  ] as const) {
    const { status, body } = await arm(version);
    assert.equal(status, 400);
    assert.match(new TextDecoder().decode(body), new RegExp(older));
  }
  await assert.rejects(control.status('q-bert'), /has not been seen or armed/);
  assert.equal((await arm('1')).status, 200);
});

test('a server of another version is not taken at its word', async (context) => {
  const dir = await mkdtemp(join(tmpdir(), 'gutinteg-control-'));
  context.after(() => rm(dir, { recursive: true }));
  const server = createHttpServer((_request, response) => {
    response.setHeader('gutinteg-control-version', '2');
    response.end('{"status": "fine"}');
  });
  server.listen(join(dir, 'control.sock'));
  await once(server, 'listening');
  context.after(() => server.close());
  await assert.rejects(createControlClient(dir).health(), {
    name: 'UserError',
    message:
      'this gutinteg is older than the running server: it speaks version 1 of the control socket, the server version 2',
    hint: 'run the gutinteg that serves',
  });
});

test('the state directory is closed to others, whatever made it', async (context) => {
  const { netboot, options } = await setUp(context);
  await netboot.close();
  await chmod(options.stateDir, 0o777);
  const again = await startNetboot(options);
  context.after(() => again.close());
  const modes = await Promise.all(
    ['', 'netboot.db', 'netboot.db-wal', 'control.sock'].map((name) => stat(join(options.stateDir, name))),
  );
  assert.deepEqual(
    modes.map(({ mode }) => (mode & 0o777).toString(8)),
    ['750', '600', '600', '660'],
  );
});
