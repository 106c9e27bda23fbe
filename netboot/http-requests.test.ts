// Requests as clients make them up: methods, paths, ranges. What each does, and that a HEAD does nothing.
import assert from 'node:assert/strict';
import { createHash, verify } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { routes } from '../contract/routes.ts';
import { createBootService } from './boot-service.ts';
import { createClients } from './clients.ts';
import { FAKE_MAC, FAKE_SITE_KEY, fakeDigest, oneMachineSite } from './fake-machine-source.ts';
import { armMachine } from './machines/arm-machine.ts';
import { createMachines } from './machines/machines.ts';
import { addBootRoutes } from './servers/boot-routes.ts';
import { createApp, serveHttp } from './servers/http.ts';
import { addMachineRoutes } from './servers/machine-routes.ts';
import { createBodyReader } from './servers/read-body.ts';
import { createSendSigned } from './servers/send-signed.ts';
import { openDatabase } from './state/database.ts';

const PACK = fakeDigest('d');
const KERNEL = 'kernel of 19 bytes!';

async function setUp(context: TestContext) {
  const dir = await mkdtemp(join(tmpdir(), 'gutinteg-http-'));
  context.after(() => rm(dir, { recursive: true, force: true }));
  for (const [folder, name, text] of [
    ['store/packs', PACK, 'pack'],
    ['boot/amd64', 'vmlinuz', KERNEL],
  ] as const) {
    await mkdir(join(dir, folder), { recursive: true });
    await writeFile(join(dir, folder, name), text);
  }
  const database = openDatabase(':memory:');
  const { source } = oneMachineSite();
  const machines = createMachines({ database, source, attempts: 3 });
  const clients = createClients();
  const serverUrl = 'http://10.77.0.1:8080';
  const consoles = { amd64: [], arm64: [] };
  const boot = createBootService({
    source,
    machines,
    serverUrl,
    consoles,
    firmwareOf: () => undefined,
    loaders: new Map([['grubx64.efi', Buffer.from('GRUB')]]),
  });
  const app = createApp(
    () => {},
    (added) => {
      const sendSigned = createSendSigned(FAKE_SITE_KEY.privateKey);
      addBootRoutes(added, { boot, machines, clients, stateDir: dir, sendSigned });
      addMachineRoutes(added, { source, machines, clients, readBody: createBodyReader(), sendSigned });
    },
  );
  const server = await serveHttp(app, { address: '127.0.0.1', port: 0 });
  context.after(() => server.close());
  const send = (target: string, more: Asked = {}) => exchange(server.port, target, more);
  const state = () =>
    JSON.stringify(['machines', 'macs', 'timeline'].map((table) => database.all(`SELECT * FROM ${table}`)));
  return { machines, clients, send, state, port: server.port };
}

type Asked = { readonly method?: string; readonly headers?: Readonly<Record<string, string>> };

/** The target goes out as it is: fetch would tidy it. */
async function exchange(port: number, target: string, { method = 'GET', headers = {} }: Asked) {
  const asked = request({ port, host: '127.0.0.1', path: target, method, headers }).end();
  const [response] = await once(asked, 'response');
  let text = '';
  for await (const piece of response) text += String(piece);
  return { status: Number(response.statusCode), headers: response.headers as Record<string, string>, text };
}

const LOADERS: readonly [path: string, status: number, type: RegExp, text: RegExp][] = [
  [routes.loader('grubx64.efi'), 200, /^application\/efi$/, /^GRUB$/],
  // Shim puts the name of its next stage behind the directory of its own.
  ['/boot/efi//grubx64.efi', 200, /^application\/efi$/, /^GRUB$/],
  ['//boot/efi/grub/grub.cfg', 200, /^text\/plain/, /^echo "gutinteg: asking/],
  [routes.grubStart, 200, /^text\/plain/, /source \(http,10\.77\.0\.1:8080\)\/boot\/mac\//],
  [routes.grubScript(FAKE_MAC), 200, /^text\/plain/, /q-bert is not armed/],
  ['/boot/efi/revocations_sbat.efi', 404, /json/, /there is no boot file/],
  ['/boot/efi/vmlinuz', 404, /json/, /there is no boot file/],
  ['/boot/efi/..%2famd64%2fvmlinuz', 404, /json/, /there is no boot file/],
  ['/grub/x86_64-efi/command.lst', 404, /json/, /no such path/],
  ['/boot/mac/52:54:00:12:34:56.cfg', 404, /json/, /not a MAC address with \.ipxe or \.grub/],
];

for (const [path, status, type, text] of LOADERS) {
  test(`a firmware or GRUB asks for ${path}: ${status}`, async (context) => {
    const { send } = await setUp(context);
    const [head, answer] = [await send(path, { method: 'HEAD' }), await send(path)];
    assert.equal(answer.status, status);
    assert.match(answer.headers['content-type'] ?? '', type);
    assert.match(answer.text, text);
    assert.equal(head.headers['content-length'], String(answer.text.length));
  });
}

const SCRIPT = routes.ipxeScript(FAKE_MAC);
const LOOKUP = routes.lookupByMac(FAKE_MAC);

for (const armed of [false, true]) {
  test(`HEAD of a machine that is ${armed ? 'armed' : 'not armed'}: as long as GET, and nothing has happened`, async (context) => {
    const { machines, clients, send, state } = await setUp(context);
    if (armed) await armMachine(machines, 'q-bert');
    clients.bound('127.0.0.1', FAKE_MAC);
    for (const target of [
      SCRIPT,
      LOOKUP,
      routes.kernel('amd64'),
      routes.storePack(PACK),
      routes.ipxeStart,
      routes.ramdisk('amd64'),
    ]) {
      const before = state();
      const heads = [await send(target, { method: 'HEAD' }), await send(target, { method: 'HEAD' })];
      assert.equal(state(), before, target);
      const whole = await send(target);
      for (const { status, headers, text } of heads) {
        assert.deepEqual([status, text], [whole.status, ''], target);
        assert.equal(headers['content-length'], String(Buffer.byteLength(whole.text)), target);
        assert.equal(headers['content-type'], whole.headers['content-type'], target);
      }
    }
    const { text } = await send(SCRIPT);
    assert.match(text, armed ? /attempt 1 of 3[^]*token=(?!0{64})/ : /is not armed/);
  });
}

test('HEAD while it is installed: the attempt that comes next, and the token of this one stays good', async (context) => {
  const { machines, send, state } = await setUp(context);
  await armMachine(machines, 'q-bert');
  const token = /token=(\w+)/.exec((await send(SCRIPT)).text)?.[1] ?? assert.fail();
  const authorization = `Bearer ${token}`;
  const before = state();
  assert.equal((await send(LOOKUP, { method: 'HEAD', headers: { authorization } })).status, 200);
  assert.equal(
    (await send(LOOKUP, { method: 'HEAD', headers: { authorization: `Bearer ${fakeDigest('0')}` } })).status,
    401,
  );
  assert.equal(state(), before);
  assert.match((await send(SCRIPT)).text, /attempt 1 of 3/, 'still the same boot: the token was not used');
});

const PATHS: readonly [target: string, status: number][] = [
  ['//boot/amd64/vmlinuz', 200],
  ['/boot//amd64//vmlinuz', 200],
  ['///boot///amd64/vmlinuz?a//b', 200],
  [`//boot//mac//${FAKE_MAC}.ipxe`, 200],
  [`/store//packs//${PACK}`, 200],
  ['http://elsewhere.example//boot/amd64/vmlinuz', 200],
  ['//elsewhere.example/boot/amd64/vmlinuz', 404],
  ['http://elsewhere.example', 404],
  ['/boot/amd64/vmlinuz/', 404],
  ['/boot/../boot/amd64/vmlinuz', 404],
  ['/boot/%2e%2e/boot/amd64/vmlinuz', 404],
  ['/boot%2fvmlinuz', 404],
  ['/boot/amd64/%2fvmlinuz', 404],
  ['/boot\\vmlinuz', 404],
  ['/BOOT/vmlinuz', 404],
  ['/store/packs//', 404],
  [`/store/packs/..//packs/${PACK}`, 404],
  ['/boot/mac/%zz.ipxe', 400],
];

for (const [agent, path, ends] of [
  ['GRUB 2.12-9+deb13u4', routes.grubScript(FAKE_MAC), 'ECONNRESET'],
  ['GRUB 2.12-9+deb13u4', routes.kernel('amd64'), 'open'],
  ['iPXE/1.21.1', SCRIPT, 'open'],
] as const) {
  test(`the connection of ${agent} for ${path}, which it leaves open: ${ends}`, async (context) => {
    const { port } = await setUp(context);
    const socket = connect({ port, host: '127.0.0.1' });
    context.after(() => socket.destroy());
    await once(socket, 'connect');
    socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: ${agent}\r\n\r\n`);
    const [first] = await once(socket, 'data');
    assert.match(String(first), /^HTTP\/1\.1 200 /);
    socket.resume();
    const ended = once(socket, 'error').then(([error]) => (error as NodeJS.ErrnoException).code);
    // Longer than the grace, shorter than the time after which any idle connection is closed.
    const stillOpen = once(AbortSignal.timeout(2500), 'abort').then(() => 'open');
    assert.equal(await Promise.race([ended, stillOpen]), ends);
  });
}

test('paths: slashes are merged, and nothing else is', async (context) => {
  const { send } = await setUp(context);
  for (const [target, status] of PATHS) assert.equal((await send(target)).status, status, target);
});

const METHODS: readonly [method: string, target: string, status: number, allow: string | undefined][] = [
  ['POST', routes.kernel('amd64'), 405, 'GET, HEAD, OPTIONS'],
  ['DELETE', '//boot//amd64//vmlinuz', 405, 'GET, HEAD, OPTIONS'],
  ['PUT', SCRIPT, 405, 'GET, HEAD, OPTIONS'],
  ['TRACE', LOOKUP, 405, 'GET, HEAD, OPTIONS'],
  ['GET', routes.events('x'), 405, 'POST, OPTIONS'],
  ['HEAD', routes.events('x'), 405, 'POST, OPTIONS'],
  ['OPTIONS', routes.events('x'), 204, 'POST, OPTIONS'],
  ['OPTIONS', routes.kernel('amd64'), 204, 'GET, HEAD, OPTIONS'],
  ['POST', '/nowhere', 404, undefined],
  ['OPTIONS', '/nowhere', 404, undefined],
  ['POST', '/boot/mac/%zz.ipxe', 400, undefined],
];

test('methods: what a path has is said, and the others change nothing', async (context) => {
  const { machines, send, state } = await setUp(context);
  await armMachine(machines, 'q-bert');
  const before = state();
  for (const [method, target, status, allow] of METHODS) {
    const answer = await send(target, { method });
    assert.deepEqual([answer.status, answer.headers['allow']], [status, allow], `${method} ${target}`);
  }
  assert.equal(state(), before);
});

const ETAG = 'the ETag of the file';
const RANGES: readonly { asked: Record<string, string>; method?: string; status: number; text?: string }[] = [
  { asked: { range: 'bytes=0-5' }, status: 206, text: 'kernel' },
  { asked: { range: 'bytes=7-' }, status: 206, text: KERNEL.slice(7) },
  { asked: { range: 'bytes=-6' }, status: 206, text: 'bytes!' },
  { asked: { range: 'bytes=-600' }, status: 206, text: KERNEL },
  { asked: { range: 'bytes=17-600' }, status: 206, text: 's!' },
  { asked: { range: 'bytes=19-' }, status: 416 },
  { asked: { range: 'bytes=100-200' }, status: 416 },
  { asked: { range: 'bytes=-0' }, status: 416 },
  { asked: { range: 'bytes=100-200', 'if-range': '"another"' }, status: 200, text: KERNEL },
  { asked: { range: 'bytes=0-5', 'if-range': '"another"' }, status: 200, text: KERNEL },
  { asked: { range: 'bytes=0-5', 'if-range': ETAG }, status: 200, text: KERNEL },
  { asked: { range: 'bytes=0-5', 'if-range': 'Thu, 01 Jan 1970 00:00:00 GMT' }, status: 200, text: KERNEL },
  { asked: { range: 'bytes=0-1,3-4' }, status: 200, text: KERNEL },
  { asked: { range: 'bytes=x-y' }, status: 200, text: KERNEL },
  { asked: { range: 'lines=1-2' }, status: 200, text: KERNEL },
  { asked: { range: 'bytes=1-2' }, method: 'HEAD', status: 200, text: '' },
  { asked: { range: 'bytes=100-200' }, method: 'HEAD', status: 200, text: '' },
  { asked: { 'if-match': '"another"' }, status: 412 },
  { asked: { 'if-none-match': ETAG }, status: 304, text: '' },
];

test('ranges and conditions', async (context) => {
  const { send } = await setUp(context);
  const etag = (await send(routes.kernel('amd64'))).headers['etag'] ?? assert.fail();
  for (const { asked, method, status, text } of RANGES) {
    const headers = Object.fromEntries(
      Object.entries(asked).map(([name, value]) => [name, value === ETAG ? etag : value]),
    );
    const answer = await send(routes.kernel('amd64'), { headers, ...(method === undefined ? {} : { method }) });
    assert.equal(answer.status, status, JSON.stringify(asked));
    if (text !== undefined) assert.equal(answer.text, text, JSON.stringify(asked));
    if (status === 416) assert.equal(answer.headers['content-range'], 'bytes */19');
    if (status >= 400) {
      assert.match(answer.headers['content-type'] ?? '', /json/);
      assert.notEqual(answer.headers['etag'], etag, 'an error is not the file');
    }
  }
  const gone = await send(routes.storePack(fakeDigest('e')), { headers: { range: 'bytes=100-' } });
  assert.deepEqual([gone.status, gone.headers['cache-control']], [404, undefined]);
  const beyond = await send(routes.storePack(PACK), { headers: { range: 'bytes=100-' } });
  assert.deepEqual([beyond.status, beyond.headers['cache-control']], [416, undefined]);
});

test('one Host, and only one', async (context) => {
  const { port } = await setUp(context);
  const ask = async (hosts: string): Promise<string> => {
    const socket = connect(port, '127.0.0.1').setEncoding('latin1');
    socket.write(`GET ${routes.kernel('amd64')} HTTP/1.1\r\n${hosts}Connection: close\r\n\r\n`);
    const [answer] = await once(socket, 'data');
    return String(answer).slice(9, 12);
  };
  assert.equal(await ask('Host: anything\r\n'), '200');
  assert.equal(await ask('Host: a\r\nHost: b\r\n'), '400');
  assert.equal(await ask(''), '400');
});

test('a part of the kernel, or none because the client has it, is not noted as the kernel', async (context) => {
  const { machines, clients, send, state } = await setUp(context);
  await armMachine(machines, 'q-bert');
  clients.bound('127.0.0.1', FAKE_MAC);
  const before = state();
  const etag = (await send(routes.kernel('amd64'), { method: 'HEAD' })).headers['etag'] ?? assert.fail();
  for (const headers of [{ range: 'bytes=0-0' }, { range: 'bytes=-600' }, { 'if-none-match': etag }])
    await send(routes.kernel('amd64'), { headers });
  assert.equal(state(), before);
  await send(routes.kernel('amd64'));
  const deadline = performance.now() + 5000;
  while (!state().includes('fetched the kernel')) {
    assert(performance.now() < deadline, 'the whole kernel is noted within 5 s');
    await setImmediate();
  }
});

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

test('who sends a nonce gets a signature of what was asked and answered; an agent of before gets the same bytes', async (context) => {
  const { send } = await setUp(context);
  const nonce = 'ab'.repeat(32);
  for (const path of [LOOKUP, routes.bootDecision(FAKE_MAC)]) {
    const plain = await send(path);
    assert.equal(plain.headers['gutinteg-signature'], undefined);
    // Twice the slash: what is signed is the path that the client knows.
    const signed = await send(`/${path}`, { headers: { 'gutinteg-nonce': nonce } });
    assert.equal(signed.text, plain.text);
    const message = Buffer.from(`gutinteg answer ${nonce} ${path} none ${sha256(signed.text)}\n`);
    const signature = Buffer.from(signed.headers['gutinteg-signature'] ?? '', 'base64');
    assert(verify(null, message, FAKE_SITE_KEY.publicKey, signature), path);
  }
});

for (const nonce of ['', 'ab', 'AB'.repeat(32), `${'ab'.repeat(32)} x`, 'x'.repeat(8000)]) {
  test(`nothing is signed for a nonce such as '${nonce.slice(0, 20)}'`, async (context) => {
    const { send } = await setUp(context);
    const { status, headers } = await send(LOOKUP, { headers: { 'gutinteg-nonce': nonce } });
    assert.deepEqual([status, headers['gutinteg-signature']], [200, undefined]);
  });
}
