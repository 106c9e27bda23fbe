// `gutinteg fleet serve` as hosts and strangers meet it: curl and openssl enrol a host and check it in, and nobody can hold the
// server up.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { connect } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { checkInAnswerSchema } from '../../contract/fleet/check-in.ts';
import { enrolmentAnswerSchema, refusalSchema } from '../../contract/fleet/enrolment.ts';
import { digestOfFacts } from '../../contract/fleet/facts.ts';
import { EMPTY_DIGEST } from '../../contract/fleet/inventory.ts';
import { hostRoutes, MAX_REQUEST_BYTES } from '../../contract/fleet/routes.ts';
import { makeAdmission } from '../../fleet/enrolment/admissions.ts';
import { startFleetServer } from '../../fleet/servers/fleet-server.ts';
import { createHostRoutes } from '../../fleet/servers/host-routes.ts';
import { openStore } from '../../fleet/store/open-store.ts';
import { createLog } from '../../lib/log.ts';
import { runCommand } from '../../lib/run-command.ts';
import { scratchDirectory } from '../helpers/loop-disk.ts';
import { makeTestHost, sampleFacts } from '../../fleet/testing/simulated-host.ts';
import { openTestFleet } from '../../fleet/testing/test-fleet.ts';

const GUTINTEG = join(import.meta.dirname, '../../bin/gutinteg');
const cleanup = new AsyncDisposableStack();
after(() => cleanup.disposeAsync());

const state = await scratchDirectory(cleanup);
const tls = join(state, 'fleet', 'tls');
await mkdir(tls, { recursive: true });
await runCommand([
  'openssl',
  'req',
  '-x509',
  '-newkey',
  'ec',
  '-pkeyopt',
  'ec_paramgen_curve:P-256',
  '-nodes',
  '-days',
  '2',
  '-subj',
  '/CN=fleet',
  '-addext',
  'subjectAltName=IP:127.0.0.1',
  '-keyout',
  join(tls, 'key.pem'),
  '-out',
  join(tls, 'certificate.pem'),
]);
const certificate = join(tls, 'certificate.pem');
const enrolmentToken = await makeToken();

type Server = { readonly child: ChildProcess; readonly port: number; readonly lines: Record<string, unknown>[] };
const server = await start();

async function makeToken(): Promise<string> {
  const store = await openStore({ file: join(state, 'fleet', 'fleet.db') });
  const admission = { kind: 'once', site: '', approves: false, createdBy: 'test' } as const;
  const times = { createdAt: Date.now(), expiresAt: Date.now() + 3_600_000 };
  const token = await store.transaction((transaction) => makeAdmission(transaction, { ...admission, ...times }));
  await store.close();
  return token;
}

async function start(): Promise<Server> {
  const argv = ['fleet', 'serve', '--state', state, '--listen', '127.0.0.1:0', '--user', 'root'];
  const child = spawn(GUTINTEG, argv, { stdio: ['ignore', 'ignore', 'pipe'] });
  cleanup.defer(() => void child.kill('SIGKILL'));
  const lines: Record<string, unknown>[] = [];
  const served = Promise.withResolvers<number>();
  createInterface({ input: child.stderr }).on('line', (text) => {
    const line = JSON.parse(text) as Record<string, unknown>;
    lines.push(line);
    if (line['msg'] === 'the fleet is served') served.resolve(Number(line['port']));
  });
  child.once('exit', (code) => served.reject(new Error(`the server ended with ${code}: ${JSON.stringify(lines)}`)));
  return { child, port: await served.promise, lines };
}

/** A host that is not ours: its key and signatures are openssl's, its requests curl's. */
async function makeForeignHost() {
  const directory = await scratchDirectory(cleanup);
  const file = (name: string): string => join(directory, name);
  await runCommand(['openssl', 'genpkey', '-algorithm', 'ed25519', '-out', file('key.pem')]);
  await runCommand([
    'openssl',
    'pkey',
    '-in',
    file('key.pem'),
    '-pubout',
    '-outform',
    'DER',
    '-out',
    file('public.der'),
  ]);
  const raw = (await readFile(file('public.der'))).subarray(-32);
  const id = createHash('sha256').update(raw).digest().subarray(0, 16).toString('base64url');

  async function post(path: string, value: unknown): Promise<{ status: number; body: unknown }> {
    await writeFile(file('body'), JSON.stringify(value));
    const digest = createHash('sha256')
      .update(await readFile(file('body')))
      .digest('base64url');
    await writeFile(file('message'), `gutinteg fleet request\n${id}\nPOST\n${path}\n${digest}\n`);
    await runCommand([
      'openssl',
      'pkeyutl',
      '-sign',
      '-inkey',
      file('key.pem'),
      '-rawin',
      '-in',
      file('message'),
      '-out',
      file('signature'),
    ]);
    const signature = (await readFile(file('signature'))).toString('base64url');
    const { stdout } = await runCommand([
      'curl',
      '--silent',
      '--show-error',
      '--cacert',
      certificate,
      '--max-time',
      '20',
      '--write-out',
      '\n%{http_code}',
      '--header',
      `gutinteg-host: ${id}`,
      '--header',
      `gutinteg-signature: ${signature}`,
      '--data-binary',
      `@${file('body')}`,
      `https://127.0.0.1:${server.port}${path}`,
    ]);
    const [body = '', status] = stdout.split('\n');
    return { status: Number(status), body: JSON.parse(body) as unknown };
  }

  return { id, publicKey: raw.toString('base64url'), post };
}

const checkInBody = (token: string, nonce: string) => ({
  v: 1,
  token,
  nonce,
  installed: EMPTY_DIGEST,
  candidates: EMPTY_DIGEST,
  facts: digestOfFacts(sampleFacts),
  boot: 'b0071d00',
  clock: 0,
  ack: 0,
});

test('curl and openssl enrol a host, check it in, and are refused in words', async () => {
  const host = await makeForeignHost();
  const enrolment = { v: 1, name: 'foreign.example', publicKey: host.publicKey, token: enrolmentToken };
  const enrolled = await host.post(hostRoutes.enrol, enrolment);
  const { id, state: became, token } = enrolmentAnswerSchema.parse(enrolled.body);
  assert.deepEqual([enrolled.status, id, became], [200, host.id, 'enrolled']);
  const answer = await host.post(hostRoutes.checkIn, checkInBody(token ?? '', 'AAAAAAAAAAA'));
  assert.equal(answer.status, 200);
  assert.ok(checkInAnswerSchema.parse(answer.body).next >= 900);
  // The same token with another nonce: a second machine.
  const copy = await host.post(hostRoutes.checkIn, checkInBody(token ?? '', 'BBBBBBBBBBB'));
  assert.equal(copy.status, 403);
  const { error, message } = refusalSchema.parse(copy.body);
  assert.equal(error, 'quarantined');
  assert.match(message, /two machines use its identity.*gutinteg fleet release/);
  const again = await host.post(hostRoutes.enrol, { ...enrolment, name: 'x_y' });
  assert.deepEqual([again.status, refusalSchema.parse(again.body).error], [400, 'bad-request']);
  const stranger = await makeForeignHost();
  const unknown = await stranger.post(hostRoutes.checkIn, checkInBody(token ?? '', 'AAAAAAAAAAA'));
  assert.deepEqual([unknown.status, refusalSchema.parse(unknown.body).error], [401, 'unknown-host']);
});

test('a stranger is one line of the log, however often it asks', async () => {
  const before = server.lines.length;
  const sent = { token: '1.aaaaaaaaaaaaaaaaaaaaaa', nonce: 'AAAAAAAAAAA' };
  const body = JSON.stringify(checkInBody(sent.token, sent.nonce));
  const socket = await open(server.port);
  const answers = statusesOf(socket);
  for (let time = 0; time < 50; time += 1) socket.write(requestText(body.length, makeTestHost('s').id) + body);
  await answers.waitFor(50);
  socket.destroy();
  assert.ok(answers.seen.every((status) => status === 401));
  assert.ok(server.lines.length - before <= 1, JSON.stringify(server.lines.slice(before)));
});

test('a host that sends without an end is cut off, and what it sent is not kept', async () => {
  const memoryBefore = await peakMemory(server.child);
  const socket = await open(server.port);
  const answers = statusesOf(socket);
  const part = Buffer.alloc(64 * 1024, 0x20);
  socket.write(requestText('chunked', makeTestHost('endless').id));
  socket.on('error', () => {});
  let sentBytes = 0;
  while (!socket.closed && sentBytes < 2 ** 31) {
    socket.write(`${part.length.toString(16)}\r\n`);
    socket.write(part);
    const isTaken = socket.write('\r\n');
    sentBytes += part.length;
    if (!isTaken) await Promise.race([once(socket, 'drain'), once(socket, 'close')]).catch(() => {});
  }
  assert.ok(sentBytes < 8 * MAX_REQUEST_BYTES, `${sentBytes} bytes were taken`);
  assert.ok(answers.seen.every((status) => status === 413));
  const grownBytes = (await peakMemory(server.child)) - memoryBefore;
  assert.ok(grownBytes < 64 * 1024 * 1024, `${grownBytes} bytes of memory more`);
});

test('two gigabytes that are announced are refused before they are sent', async () => {
  const socket = await open(server.port);
  const answers = statusesOf(socket);
  socket.write(requestText(2 ** 31, makeTestHost('large').id));
  await answers.waitFor(1);
  assert.deepEqual(answers.seen, [413]);
});

test('a sender of a byte at a time is cut off after a time, and others are answered meanwhile', async () => {
  const slow = await openTestFleet(cleanup);
  const [key, cert] = [await readFile(join(tls, 'key.pem'), 'utf8'), await readFile(certificate, 'utf8')];
  const { port, close } = await startFleetServer({
    address: '127.0.0.1',
    port: 0,
    key,
    certificate: cert,
    log: createLog('test', 'silent'),
    routes: createHostRoutes(slow.fleet),
    requestMs: 800,
  });
  cleanup.defer(close);
  const host = makeTestHost('slow').id;
  const sockets = await Promise.all(Array.from({ length: 20 }, () => open(port)));
  const closed = sockets.map((socket) => once(socket, 'close').catch(() => {}));
  for (const socket of sockets) {
    socket.on('error', () => {});
    socket.write(requestText(2 ** 20, host));
    const timer = setInterval(() => socket.write(' '), 50);
    socket.once('close', () => clearInterval(timer));
  }
  const quick = await open(port);
  const answers = statusesOf(quick);
  quick.write(`${requestText(2, host)}{}`);
  await answers.waitFor(1);
  quick.destroy();
  await Promise.all(closed);
});

test('a server that is told to stop stops, though a host is connected', async () => {
  const socket = await open(server.port);
  socket.on('error', () => {});
  socket.write(requestText(100, makeTestHost('waiting').id));
  server.child.kill('SIGTERM');
  const [code] = (await once(server.child, 'exit')) as [number | null];
  assert.equal(code, 0, JSON.stringify(server.lines.at(-1)));
});

const refusedStarts: readonly [why: string, argv: readonly string[], said: RegExp][] = [
  [
    'without a certificate',
    ['--tls-certificate', '/nowhere/c.pem'],
    /\/nowhere\/c.pem.*cannot be read[^]*gutinteg fleet tls/,
  ],
  [
    'with a password in its arguments',
    ['--database', 'postgresql://fleet:hunter2@db/fleet'],
    /has a password in it[^]*pgpass/,
  ],
  ['with a port that is none', ['--listen', '127.0.0.1'], /is not an address and a port/],
];
for (const [why, argv, said] of refusedStarts) {
  test(`a start ${why} fails with exit code 2`, async () => {
    const all = [GUTINTEG, 'fleet', 'serve', '--state', state, '--user', 'root', ...argv] as const;
    const { stderr } = await runCommand(all, { okExitCodes: [2] });
    assert.match(stderr, said);
    assert.doesNotMatch(stderr, /hunter2/);
  });
}

async function open(port: number): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', ca: await readFile(certificate) });
  cleanup.defer(() => void socket.destroy());
  await once(socket, 'secureConnect');
  return socket;
}

const requestText = (length: number | 'chunked', host: string): string =>
  [
    `POST ${hostRoutes.checkIn} HTTP/1.1`,
    'Host: fleet',
    `gutinteg-host: ${host}`,
    length === 'chunked' ? 'Transfer-Encoding: chunked' : `Content-Length: ${length}`,
    '',
    '',
  ].join('\r\n');

function statusesOf(socket: TLSSocket) {
  const seen: number[] = [];
  let text = '';
  let check = (): void => {};
  socket.on('data', (part: Buffer) => {
    text += part.toString('latin1');
    const found = [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)];
    seen.splice(0, seen.length, ...found.map(([, status]) => Number(status)));
    check();
  });
  return {
    seen,
    waitFor(count: number): Promise<void> {
      const reached = Promise.withResolvers<void>();
      check = () => {
        if (seen.length >= count) reached.resolve();
      };
      socket.once('close', () => reached.reject(new Error(`closed after ${seen.length} of ${count} answers`)));
      check();
      return reached.promise;
    },
  };
}

async function peakMemory({ pid }: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}
