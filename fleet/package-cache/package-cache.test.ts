// The cache against an origin of the test's own, which misbehaves as it is told.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { Readable } from 'node:stream';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { createLog } from '../../lib/log.ts';
import { runCommand } from '../../lib/run-command.ts';
import { cleanCache, copyKept, listKept, pinPackages, readCacheStatus } from './manage-cache.ts';
import { openPackageCache } from './package-cache.ts';
import { serveCache } from './serve-cache.ts';

let stack = new AsyncDisposableStack();
afterEach(async () => {
  await stack.disposeAsync();
  stack = new AsyncDisposableStack();
});
const log = createLog('test', 'silent');
const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

type Behaviour = (request: IncomingMessage, response: ServerResponse, bytes: Buffer) => void;

/** Its files by path; what was asked for; what it does for a path instead of answering. */
async function startOrigin() {
  const files = new Map<string, Buffer>();
  const asked: string[] = [];
  const behaviours = new Map<string, Behaviour>();
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '').slice(1);
    asked.push(path);
    const bytes = files.get(path);
    const behave = behaviours.get(path);
    if (behave !== undefined) return behave(request, response, bytes ?? Buffer.alloc(0));
    response.writeHead(bytes === undefined ? 404 : 200, { 'Content-Length': bytes?.length ?? 0 });
    response.end(bytes);
    return undefined;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stack.defer(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return { files, asked, behaviours, url: `http://127.0.0.1:${port}` };
}

type Packages = Readonly<Record<string, Buffer>>;

/** A suite with its packages, packed as its list's name says. */
async function publish(files: Map<string, Buffer>, packages: Packages, list = 'Packages', more = ''): Promise<void> {
  const text = Object.entries(packages).map(
    ([name, bytes]) => `Filename: pool/${name}\nSize: ${bytes.length}\nSHA256: ${hashOf(bytes)}\n\n`,
  );
  for (const [name, bytes] of Object.entries(packages)) files.set(`pool/${name}`, bytes);
  const plain = Buffer.from(text.join(''));
  const packed = await pack(plain, list);
  const sum = ` ${hashOf(packed)} ${packed.length} main/${list}\n`;
  files.set('dists/s/InRelease', Buffer.from(`${more}SHA256:\n${sum}`));
  files.set(`dists/s/main/${list}`, packed);
}

async function pack(plain: Buffer, list: string): Promise<Buffer> {
  if (list.endsWith('.gz')) return gzipSync(plain);
  if (list.endsWith('.zst')) return zstdCompressSync(plain);
  if (!list.endsWith('.xz')) return plain;
  const { stdout } = await runCommand(['xz', '-c'], { stdin: plain, stdoutEncoding: 'latin1' });
  return Buffer.from(stdout, 'latin1');
}

async function startCache(
  originUrl: string,
  options: { maxBytes?: number; redirectHosts?: readonly string[]; patienceMs?: number } = {},
) {
  const directory = mkdtempSync(join(tmpdir(), 'gutinteg-cache-'));
  const origins = [{ name: 'deb', url: originUrl }];
  const clock = { ms: 1_800_000_000_000 };
  const bounds = { maxBytes: 10_000_000, freshMs: 60_000, ...options };
  const cache = await openPackageCache({ directory, origins, log, now: () => clock.ms, ...bounds });
  const server = await serveCache({ cache, origins, address: '127.0.0.1', port: 0, log });
  let end: Promise<void> | undefined;
  const close = (): Promise<void> => (end ??= server.close().then(cache.close));
  stack.defer(async () => {
    await close();
    rmSync(directory, { recursive: true });
  });
  const url = `http://127.0.0.1:${server.port}`;
  const get = async (path: string, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${url}/deb/${path}`, { headers });
    return { status: answer.status, headers: answer.headers, bytes: Buffer.from(await answer.arrayBuffer()) };
  };
  const update = async (list = 'Packages') => {
    const head = await get('dists/s/InRelease');
    return { head, list: await get(`dists/s/main/${list}`) };
  };
  return { get, update, directory, clock, close, url };
}

const big = Buffer.alloc(300_000, 'a package ');
const small = Buffer.from('another package');

for (const list of ['Packages', 'Packages.gz', 'Packages.zst', 'Packages.xz']) {
  test(`packages of ${list} are fetched once, and come with the name of their bytes`, async () => {
    const origin = await startOrigin();
    await publish(origin.files, { 'a+b~1_all.deb': big }, list);
    const { get, update } = await startCache(origin.url);
    await update(list);
    const answers = await Promise.all([1, 2, 3].map(() => get('pool/a%2bb~1_all.deb')));
    for (const { status, bytes } of answers) assert.deepEqual([status, hashOf(bytes)], [200, hashOf(big)]);
    const part = await get('pool/a+b~1_all.deb', { range: 'bytes=299990-' });
    assert.deepEqual([part.status, part.bytes.length], [206, 10]);
    const tag = part.headers.get('etag') ?? '';
    assert.equal((await get('pool/a+b~1_all.deb', { 'if-none-match': tag })).status, 304);
    assert.deepEqual(origin.asked, ['dists/s/InRelease', `dists/s/main/${list}`, 'pool/a+b~1_all.deb']);
  });
}

test('what no index vouches for is passed on, and not kept', async () => {
  const origin = await startOrigin();
  origin.files.set('readme', small);
  const { get, directory } = await startCache(origin.url);
  for (const _ of [1, 2]) assert.deepEqual((await get('readme')).bytes, small);
  assert.equal((await get('nothing')).status, 404);
  assert.deepEqual(origin.asked, ['readme', 'readme', 'nothing']);
  assert.equal((await readCacheStatus(directory, 0)).files, 0);
});

test('wrong bytes of the right length are not whole to anybody, and not kept', { timeout: 20_000 }, async () => {
  const origin = await startOrigin();
  await publish(origin.files, { 'a.deb': big });
  const { get, update } = await startCache(origin.url);
  await update();
  origin.files.set('pool/a.deb', Buffer.alloc(big.length, 'a virus'));
  await assert.rejects(get('pool/a.deb'));
  origin.files.set('pool/a.deb', Buffer.alloc(10));
  assert.equal((await get('pool/a.deb')).status, 502);
  // It does not say how long it is, and has no end.
  origin.behaviours.set('pool/a.deb', (_request, response) => void Readable.from(endless()).pipe(response));
  await assert.rejects(get('pool/a.deb'));
  origin.behaviours.clear();
  origin.files.set('pool/a.deb', big);
  assert.deepEqual((await get('pool/a.deb')).bytes, big);
});

function* endless(): Generator<Buffer> {
  for (;;) yield Buffer.alloc(100_000);
}

test('a list cannot name other bytes for a list', async () => {
  const origin = await startOrigin();
  const entry = (path: string) => `Filename: ${path}\nSize: ${small.length}\nSHA256: ${hashOf(small)}\n\n`;
  const list = Buffer.from(['dists/s/main/Packages', 'dists/s/InRelease'].map(entry).join(''));
  origin.files.set('dists/s/main/Packages', list);
  origin.files.set('dists/s/InRelease', Buffer.from(`SHA256:\n ${hashOf(list)} ${list.length} main/Packages\n`));
  const { get, update } = await startCache(origin.url);
  await update();
  await get('pool/nothing');
  assert.deepEqual((await update()).list.bytes, list);
});

test('a line that is cut is continued where it was', async () => {
  const origin = await startOrigin();
  await publish(origin.files, { 'a.deb': big });
  const { get, update } = await startCache(origin.url);
  await update();
  const ranges: (string | undefined)[] = [];
  origin.behaviours.set('pool/a.deb', ({ headers }, response, bytes) => {
    ranges.push(headers.range);
    const start = Number(/\d+/.exec(headers.range ?? '')?.[0] ?? 0);
    response.writeHead(start === 0 ? 200 : 206, { 'Content-Length': bytes.length - start });
    response.write(bytes.subarray(start, start + 150_000), () => response.destroy());
  });
  assert.deepEqual((await get('pool/a.deb')).bytes, big);
  assert.equal(ranges[0], undefined);
  assert.ok(ranges.length > 1 && ranges.slice(1).every((range) => range?.startsWith('bytes=')));
});

test('a page of somebody else is no head: the last good set stays', async () => {
  const origin = await startOrigin();
  await publish(origin.files, { 'a.deb': big });
  const { get, update, clock, directory } = await startCache(origin.url);
  const before = await update();
  for (const page of [Buffer.from('<html>log in</html>'), undefined]) {
    if (page === undefined) origin.files.delete('dists/s/InRelease');
    else origin.files.set('dists/s/InRelease', page);
    clock.ms += 61_000;
    assert.deepEqual((await get('dists/s/InRelease')).bytes, before.head.bytes);
    assert.match((await readCacheStatus(directory, clock.ms)).heads[0]?.trouble ?? '', /SHA256|answers 404/);
  }
});

test('a new head is shown together with its list, and the old list is still there by its hash', async () => {
  const origin = await startOrigin();
  const byHash = 'Acquire-By-Hash: yes\n';
  const hashPath = (): string => {
    const bytes = origin.files.get('dists/s/main/Packages') ?? small;
    origin.files.set(`dists/s/main/by-hash/SHA256/${hashOf(bytes)}`, bytes);
    return `dists/s/main/by-hash/SHA256/${hashOf(bytes)}`;
  };
  await publish(origin.files, { 'a.deb': big }, 'Packages', byHash);
  const old = hashPath();
  const { get, clock } = await startCache(origin.url);
  await get('dists/s/InRelease');
  assert.equal((await get(old)).status, 200);
  await publish(origin.files, { 'b.deb': small }, 'Packages', byHash);
  const next = hashPath();
  clock.ms += 61_000;
  await get('dists/s/InRelease');
  origin.asked.length = 0;
  assert.deepEqual([(await get(next)).status, (await get(old)).status], [200, 200]);
  assert.deepEqual(origin.asked, [], 'both are here');
  assert.deepEqual((await get('pool/b.deb')).bytes, small);
  for (const _ of [1, 2]) await get('pool/b.deb');
  assert.deepEqual(origin.asked, ['pool/b.deb']);
});

test('an origin that promises files by their hash, and does not have them', async () => {
  const origin = await startOrigin();
  await publish(origin.files, { 'a.deb': big }, 'Packages', 'Acquire-By-Hash: yes\n');
  const { get, update } = await startCache(origin.url);
  await update();
  for (const _ of [1, 2]) assert.deepEqual((await get('pool/a.deb')).bytes, big);
  assert.equal(origin.asked.filter((path) => path === 'pool/a.deb').length, 1);
});

test('other bytes under the same name come with the list that names them', async () => {
  const origin = await startOrigin();
  await publish(origin.files, { 'a.deb': big });
  const { get, update, clock } = await startCache(origin.url);
  await update();
  assert.deepEqual((await get('pool/a.deb')).bytes, big);
  await publish(origin.files, { 'a.deb': small });
  clock.ms += 61_000;
  await update();
  assert.deepEqual((await get('pool/a.deb')).bytes, small);
});

test('hosts do not wait for a list on a slow line: they get the set that is here', { timeout: 20_000 }, async () => {
  const origin = await startOrigin();
  await publish(origin.files, { 'a.deb': big });
  const { update, get, clock } = await startCache(origin.url, { patienceMs: 10 });
  const before = await update();
  await publish(origin.files, { 'b.deb': small });
  const arrived = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  origin.behaviours.set('dists/s/main/Packages', (_request, response, bytes) => {
    arrived.resolve();
    void goOn.promise.then(() => response.writeHead(200, { 'Content-Length': bytes.length }).end(bytes));
  });
  clock.ms += 61_000;
  assert.deepEqual((await get('dists/s/InRelease')).bytes, before.head.bytes);
  await arrived.promise;
  goOn.resolve();
  for (let tries = 0; (await get('dists/s/InRelease')).bytes.equals(before.head.bytes); tries += 1) {
    assert.ok(tries < 1000, 'the new set comes');
  }
  assert.deepEqual((await get('pool/b.deb')).bytes, small);
});

test('a package is found in an archive below its origin', async () => {
  const origin = await startOrigin();
  const files = new Map<string, Buffer>();
  await publish(files, { 'a.deb': big });
  for (const [path, bytes] of files) origin.files.set(`debian/${path}`, bytes);
  const { get } = await startCache(origin.url);
  for (const path of ['dists/s/InRelease', 'dists/s/main/Packages']) await get(`debian/${path}`);
  for (const _ of [1, 2]) assert.deepEqual((await get('debian/pool/a.deb')).bytes, big);
  assert.equal(origin.asked.filter((path) => path === 'debian/pool/a.deb').length, 1);
});

test('a head with a signature beside it', async () => {
  const origin = await startOrigin();
  await publish(origin.files, { 'a.deb': big });
  origin.files.set('dists/s/Release', origin.files.get('dists/s/InRelease') ?? small);
  origin.files.set('dists/s/Release.gpg', small);
  const { get } = await startCache(origin.url);
  assert.equal((await get('dists/s/Release')).status, 200);
  origin.files.set('dists/s/Release.gpg', big);
  assert.deepEqual((await get('dists/s/Release.gpg')).bytes, small, 'that of the head which is shown');
});

test('an origin that does not answer is left alone for five seconds', async () => {
  const origin = await startOrigin();
  await publish(origin.files, { 'a.deb': big });
  const { get, update, clock } = await startCache(origin.url);
  await update();
  origin.behaviours.set('pool/a.deb', (request) => request.socket.destroy());
  origin.asked.length = 0;
  for (const _ of [1, 2, 3]) assert.equal((await get('pool/a.deb')).status, 503);
  assert.equal(origin.asked.length, 2, 'over a connection that was kept, and over a new one');
  clock.ms += 5001;
  origin.behaviours.clear();
  assert.equal((await get('pool/a.deb')).status, 200);
});

test('a connection that was kept, and that the origin closes, is no fault of the origin', async () => {
  const origin = await startOrigin();
  await publish(origin.files, { 'a.deb': big });
  const { get, update } = await startCache(origin.url);
  await update();
  origin.behaviours.set('pool/a.deb', (request) => {
    origin.behaviours.clear();
    request.socket.destroy();
  });
  assert.deepEqual((await get('pool/a.deb')).bytes, big);
});

test('an end does not wait for an origin that is slow', { timeout: 20_000 }, async () => {
  const origin = await startOrigin();
  await publish(origin.files, { 'a.deb': big });
  const { get, update, close, directory } = await startCache(origin.url);
  await update();
  const begun = Promise.withResolvers<void>();
  origin.behaviours.set('pool/a.deb', (_request, response, bytes) => {
    response.writeHead(200, { 'Content-Length': bytes.length });
    response.write(bytes.subarray(0, 10), () => begun.resolve());
  });
  const cut = assert.rejects(get('pool/a.deb'));
  await begun.promise;
  await close();
  await cut;
  assert.deepEqual(readdirSync(join(directory, 'incoming')), []);
});

test('a host goes, and then the origin: the cache stays', { timeout: 20_000 }, async () => {
  const origin = await startOrigin();
  await publish(origin.files, { 'a.deb': big });
  const { get, update, url, directory } = await startCache(origin.url);
  await update();
  const cut = Promise.withResolvers<() => void>();
  origin.behaviours.set('pool/a.deb', ({ headers }, response, bytes) => {
    if (headers.range !== undefined) return response.destroy();
    response.writeHead(200, { 'Content-Length': bytes.length });
    return response.write(bytes.subarray(0, 100_000), () => cut.resolve(() => response.destroy()));
  });
  const gone = new AbortController();
  const answer = await fetch(`${url}/deb/pool/a.deb`, { signal: gone.signal });
  const reader = answer.body?.getReader();
  await reader?.read();
  gone.abort();
  await assert.rejects(async () => reader?.read());
  (await cut.promise)();
  for (let tries = 0; readdirSync(join(directory, 'incoming')).length > 0; tries += 1) {
    assert.ok(tries < 1000, 'the download fails');
    await get('readme');
  }
  origin.behaviours.clear();
  assert.equal((await get('dists/s/InRelease')).status, 200);
});

test('a file that was damaged on the disk is fetched again, and counted', async () => {
  const origin = await startOrigin();
  await publish(origin.files, { 'a.deb': big });
  const { get, update, directory, close } = await startCache(origin.url);
  await update();
  await get('pool/a.deb');
  const file = join(directory, 'contents', hashOf(big).slice(0, 2), hashOf(big));
  const damaged = Buffer.from(big);
  damaged[7] = 0;
  for (const bytes of [damaged, big.subarray(0, 9), undefined]) {
    if (bytes === undefined) rmSync(file);
    else writeFileSync(file, bytes);
    assert.deepEqual((await get('pool/a.deb')).bytes, big);
  }
  await close();
  const { hits, misses, damaged: found } = (await readCacheStatus(directory, 1_800_000_000_000)).origins[0] ?? {};
  assert.deepEqual({ hits, misses, found }, { hits: 0, misses: 6, found: 3 });
});

test('a redirection is followed only to a host that was named', async () => {
  const [origin, mirror] = [await startOrigin(), await startOrigin()];
  await publish(mirror.files, { 'a.deb': big });
  for (const path of mirror.files.keys()) {
    origin.behaviours.set(path, (_request, response) =>
      response.writeHead(302, { Location: `${mirror.url}/${path}` }).end(),
    );
  }
  assert.equal((await (await startCache(origin.url)).get('dists/s/InRelease')).status, 503);
  assert.deepEqual(mirror.asked, []);
  const { get, update } = await startCache(origin.url, { redirectHosts: [new URL(mirror.url).host] });
  await update();
  assert.deepEqual((await get('pool/a.deb')).bytes, big);
});

test('room is made by what was not used for the longest time; what is pinned stays', async () => {
  const origin = await startOrigin();
  const packages = Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [`${name}.deb`, Buffer.alloc(1000, name)]));
  await publish(origin.files, packages);
  const { get, update, directory, clock } = await startCache(origin.url, { maxBytes: 4000 });
  await update();
  // Until its list was read.
  await get('pool/nothing');
  await assert.rejects(pinPackages(directory, ['a.deb', 'x.deb'], clock.ms + 1e6), /names x\.deb/);
  await pinPackages(directory, ['a.deb'], clock.ms + 1e6);
  for (const name of ['a', 'b', 'c', 'd']) {
    clock.ms += 1000;
    await get(`pool/${name}.deb`);
  }
  origin.asked.length = 0;
  for (const name of ['a', 'd', 'c', 'b']) await get(`pool/${name}.deb`);
  await get('dists/s/main/Packages');
  assert.deepEqual(origin.asked, ['pool/b.deb'], 'the list has stayed, too');
  assert.ok((await readCacheStatus(directory, clock.ms)).bytes <= 4000);
  await cleanCache(directory, clock.ms);
  origin.asked.length = 0;
  for (const name of ['a', 'b']) await get(`pool/${name}.deb`);
  assert.deepEqual(origin.asked, ['pool/b.deb']);
});

test('a version that its list names no more outlives those that can be fetched again, for 30 days', async () => {
  const origin = await startOrigin();
  const third = Buffer.alloc(300_000, 'a third one ');
  await publish(origin.files, { 'app_1_all.deb': big, 'other_1_all.deb': small });
  const cache = await startCache(origin.url, { maxBytes: 700_000 });
  await cache.update();
  await cache.get('pool/app_1_all.deb');
  await cache.get('pool/other_1_all.deb');
  await publish(origin.files, { 'app_2_all.deb': third, 'other_1_all.deb': small });
  origin.files.delete('pool/app_1_all.deb');
  cache.clock.ms += 120_000;
  await cache.update();
  await cache.get('pool/app_2_all.deb');
  const kept = async () =>
    (await listKept(cache.directory, '*')).map(
      ({ fileName, sinceMs }) => `${fileName} ${sinceMs === null ? 'named' : 'gone'}`,
    );
  assert.deepEqual(await kept(), ['app_1_all.deb gone', 'app_2_all.deb named', 'other_1_all.deb named']);
  assert.deepEqual(
    (await listKept(cache.directory, 'app')).map(({ fileName }) => fileName),
    ['app_1_all.deb', 'app_2_all.deb'],
  );

  // The one that was used last goes, as its origin has it.
  await publish(origin.files, {
    'app_2_all.deb': third,
    'other_1_all.deb': small,
    'next_1_all.deb': Buffer.alloc(300_000, 'next'),
  });
  cache.clock.ms += 120_000;
  await cache.update();
  await cache.get('pool/next_1_all.deb');
  assert.deepEqual(await kept(), ['app_1_all.deb gone', 'next_1_all.deb named']);
  assert.equal((await cleanCache(cache.directory, cache.clock.ms)).files, 1);
  assert.deepEqual(await kept(), ['app_1_all.deb gone']);
  const [copy = ''] = await copyKept(cache.directory, ['app_1_all.deb'], cache.directory);
  assert.deepEqual(readFileSync(copy), big);
  await assert.rejects(copyKept(cache.directory, ['app_1_all.deb'], cache.directory), /cannot be written/);
  await assert.rejects(copyKept(cache.directory, ['app_3_all.deb'], cache.directory), /does not have app_3_all.deb/);

  cache.clock.ms += 31 * 86_400_000;
  assert.equal((await cleanCache(cache.directory, cache.clock.ms)).files, 1);
  assert.deepEqual(await kept(), []);
});

test('a version that a list names again is kept like any other', async () => {
  const origin = await startOrigin();
  const cache = await startCache(origin.url);
  for (const packages of [{ 'app_1_all.deb': big }, { 'app_2_all.deb': small }, { 'app_1_all.deb': big }]) {
    await publish(origin.files, packages);
    cache.clock.ms += 120_000;
    await cache.update();
    await cache.get('pool/app_1_all.deb');
  }
  assert.deepEqual(
    (await listKept(cache.directory, 'app_1*')).map(({ sinceMs }) => sinceMs),
    [null],
  );
});

test('what is larger than the cache is passed on', async () => {
  const origin = await startOrigin();
  await publish(origin.files, { 'a.deb': big });
  const { get, update } = await startCache(origin.url, { maxBytes: 10_000 });
  await update();
  for (const _ of [1, 2]) assert.deepEqual((await get('pool/a.deb')).bytes, big);
  assert.equal(origin.asked.filter((path) => path === 'pool/a.deb').length, 2);
});
