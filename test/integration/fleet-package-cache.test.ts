// The package cache of a site with real hosts: apt and dnf in namespaces, a signed repository, nginx as the origin, whose log says
// what was fetched. Needs root.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { runCommand } from '../../lib/run-command.ts';
import { makeLabNetwork } from '../helpers/fleet-lab/lab-network.ts';
import { startPackageCache } from '../helpers/fleet-lab/start-package-cache.ts';
import { startNginx } from '../helpers/nginx.ts';
import { makeDebRepository } from '../helpers/package-hosts/deb-repository.ts';
import { makeDpkgHost, updateLists } from '../helpers/package-hosts/dpkg-host.ts';
import type { OverlayRoot } from '../helpers/package-hosts/overlay-root.ts';
import { makeRpmHost } from '../helpers/package-hosts/rpm-host.ts';
import { makeRpmRepository } from '../helpers/package-hosts/rpm-repository.ts';

const cleanup = new AsyncDisposableStack();
after(() => cleanup.disposeAsync());
const directory = await mkdtemp(join(tmpdir(), 'gutinteg-cache-'));
cleanup.defer(() => rm(directory, { recursive: true }));

const payload = (name: string, megabytes: number): Record<string, string> => ({
  [`/usr/share/${name}/data`]: `${name} `.repeat((megabytes * 1_000_000) / (name.length + 1)),
});
const debs = await makeDebRepository(join(directory, 'origin/deb'), [
  {
    suite: 'stable',
    packages: [
      { name: 'lab-app', version: '1.0', files: payload('lab-app', 3) },
      { name: 'lab-slow', version: '1:1.0~rc1', files: payload('lab-slow', 3) },
      { name: 'lab-huge', version: '1.0', files: payload('lab-huge', 40) },
    ],
  },
]);
const rpms = await makeRpmRepository(join(directory, 'origin/rpm'), [{ name: 'lab-app', version: '1.0' }]);

const network = await makeLabNetwork(cleanup);
const prefix = ['ip', 'netns', 'exec', network.namespace] as const;
const ORIGIN = '10.77.0.1:8080';
const CACHE = 'http://10.77.0.1:3142';

const startOrigin = (more = '') =>
  startNginx(
    8080,
    (own) => `log_format short '$remote_addr $status $uri'; access_log ${own}/short.log short;
      server { listen 8080; root ${join(directory, 'origin')}; ${more} }`,
    prefix,
  );
let origin = await startOrigin();
cleanup.defer(() => origin.stop());
/** What was fetched since the origin was started, without what was only asked whether it has changed. */
async function fetched(): Promise<string[]> {
  const lines = (await readFile(join(origin.directory, 'short.log'), 'utf8')).trimEnd().split('\n');
  const own = lines.filter((line) => !line.startsWith('127.0.0.1'));
  assert.deepEqual(
    own.filter((line) => !line.startsWith('10.77.0.1 ')),
    [],
    'only the cache asks',
  );
  return own.flatMap((line) => (/ 20[06] /.test(line) ? [line.split(' ')[2] ?? ''] : [])).toSorted();
}

// So small that a package fits in only if others go, and one not at all.
const stateDir = join(directory, 'state');
await runCommand(['mkdir', stateDir]);
await runCommand(['mount', '-t', 'tmpfs', '-o', 'size=24m', 'cache', stateDir]);
cleanup.defer(async () => void (await runCommand(['umount', '--lazy', stateDir])));
const startCache = () =>
  startPackageCache({
    stateDir,
    namespace: network.namespace,
    listen: '10.77.0.1:3142',
    origins: [`deb=http://${ORIGIN}/deb`, `rpm=http://${ORIGIN}/rpm`],
    words: ['--fresh', '0'],
  });
let cache = await startCache();
cleanup.defer(() => cache.kill('SIGKILL'));

const program = join(import.meta.dirname, '../../bin/gutinteg');
const ask = (...words: string[]) => runCommand([program, 'fleet', 'cache', ...words, '--state', stateDir]);
const curl = (...words: string[]) =>
  runCommand([...prefix, 'curl', '--silent', '--show-error', '--path-as-is', ...words]).then(({ stdout }) => stdout);

let hosts = 0;
async function addHost(lines: string, conf: string): Promise<OverlayRoot> {
  hosts += 1;
  const namespace = await network.join();
  const place = { directory: join(directory, `host${hosts}`), prefix: ['ip', 'netns', 'exec', namespace] };
  const host = await makeDpkgHost({ ...place, repository: { ...debs, suites: [] } });
  cleanup.use(host);
  await writeFile(join(host.root, 'etc/apt/sources.list'), lines);
  await writeFile(join(host.root, 'etc/apt/apt.conf.d/30cache'), `Acquire::PDiffs "false";\n${conf}`);
  return host;
}
const SIGNED = 'deb [signed-by=/srv/packages/lab.gpg]';
/** By the cache's own address. */
const mirrored = () => addHost(`${SIGNED} ${CACHE}/deb stable/\n`, '');
/** As a proxy. */
const proxied = () =>
  addHost(`${SIGNED} http://${ORIGIN}/deb stable/\n`, `Acquire::http::Proxy::10.77.0.1 "${CACHE}/";\n`);

const install = (host: OverlayRoot, ...names: string[]) =>
  host.run(['apt-get', '-qq', '-y', 'install', ...names], { env: { DEBIAN_FRONTEND: 'noninteractive' } });
async function versionOf(host: OverlayRoot, name: string): Promise<string> {
  return (await host.run(['dpkg-query', '-W', '-f', '${Version}', name])).stdout;
}
const [first, second] = [await mirrored(), await proxied()];

test('two hosts at once: each file is fetched once, by its own address and as a proxy', async () => {
  await Promise.all([first, second].map(updateLists));
  await Promise.all([first, second].map((host) => install(host, 'lab-app')));
  for (const host of [first, second]) assert.equal(await versionOf(host, 'lab-app'), '1.0');
  const files = ['InRelease', 'Packages', 'lab-app_1.0_all.deb'].map((name) => `/deb/stable/${name}`);
  assert.deepEqual(await fetched(), files);
});

test('dnf gets its lists and packages', async () => {
  const place = { directory: join(directory, 'rpm-host'), prefix: ['ip', 'netns', 'exec', await network.join()] };
  const host = cleanup.use(await makeRpmHost({ ...place, repository: rpms }));
  const repo = `[lab]\nname=lab\nbaseurl=${CACHE}/rpm\ngpgcheck=0\n`;
  await writeFile(join(host.root, 'etc/yum.repos.d/lab.repo'), repo);
  for (const words of [
    ['remove', 'lab-app'],
    ['install', 'lab-app'],
  ]) {
    await host.run(['dnf', '--quiet', '--assumeyes', '--refresh', ...words]);
    await host.run(['dnf', '--quiet', 'clean', 'packages']);
  }
  assert.match((await host.run(['rpm', '--query', 'lab-app'])).stdout, /^lab-app-1\.0-1/);
  const files = (await fetched()).filter((path) => path.startsWith('/rpm/'));
  assert.equal(new Set(files).size, files.length);
  assert.equal(files.filter((path) => path.endsWith('.rpm')).length, 1);
});

test('while the origin is away, a new host gets what others had; when it is back, what is new comes', async () => {
  await origin.stop();
  const third = await mirrored();
  await updateLists(third);
  await install(third, 'lab-app');
  assert.equal(await versionOf(third, 'lab-app'), '1.0');
  assert.match((await ask('status')).stdout, /WARNING: deb\/stable\/InRelease is shown as it was last good/);
  await assert.rejects(install(third, '-o', 'Acquire::Retries=0', 'lab-slow'), /503/, 'nobody had it');

  await debs.publish({ suite: 'stable', packages: [{ name: 'lab-app', version: '1.1' }] });
  origin = await startOrigin();
  await waitUntil(async () => {
    await Promise.all([first, third].map(updateLists));
    return (await first.run(['apt-cache', 'policy', 'lab-app'])).stdout.includes('1.1');
  });
  await Promise.all([first, third].map((host) => install(host, 'lab-app')));
  for (const host of [first, third]) assert.equal(await versionOf(host, 'lab-app'), '1.1');
  const files = ['InRelease', 'Packages', 'lab-app_1.1_all.deb'].map((name) => `/deb/stable/${name}`);
  assert.deepEqual(await fetched(), files);
  assert.doesNotMatch((await ask('status')).stdout, /WARNING/);
});

test('a set of indexes whose list is not there yet is not shown', async () => {
  const packages = join(directory, 'origin/deb/stable/Packages');
  const good = await readFile(packages);
  await debs.publish({ suite: 'stable', packages: [{ name: 'lab-more', version: '1.0' }] });
  const better = await readFile(packages);
  await writeFile(packages, good);
  await updateLists(first);
  assert.match((await ask('status')).stdout, /WARNING: deb\/stable\/InRelease .*Packages/);
  await assert.rejects(install(first, 'lab-more'), /Unable to locate/);
  await writeFile(packages, better);
  await updateLists(first);
  await install(first, 'lab-more');
});

test('a damaged file is found, and fetched again', async () => {
  const file = await contentOf('lab-app_1.1_all.deb');
  for (const damage of [() => overwrite(file, 1000), () => truncate(file, 500), () => rm(file)]) {
    await damage();
    await first.run(['apt-get', 'clean']);
    await install(first, '--reinstall', 'lab-app');
  }
  assert.equal((await fetched()).filter((path) => path.endsWith('/lab-app_1.1_all.deb')).length, 4);
});

test('a download that was killed leaves no half of a file', async () => {
  await origin.stop();
  origin = await startOrigin('limit_rate 400k;');
  const installed = install(second, '-o', 'Acquire::Retries=0', 'lab-slow').catch((error: unknown) => error);
  const incoming = join(stateDir, 'package-cache/incoming');
  await waitUntil(async () => {
    const names = await readdir(incoming);
    const sizes = await Promise.all(names.map(async (name) => (await stat(join(incoming, name))).size));
    return sizes.some((size) => size > 100_000);
  });
  await cache.kill('SIGKILL');
  assert.ok((await installed) instanceof Error);
  cache = await startCache();
  assert.deepEqual(await readdir(incoming), []);
  await origin.stop();
  origin = await startOrigin();
  await install(second, 'lab-slow');
  assert.equal(await versionOf(second, 'lab-slow'), '1:1.0~rc1');
});

test('on a full disk files are passed on, and what is here is served', async () => {
  await install(first, 'lab-huge');
  assert.equal(await versionOf(first, 'lab-huge'), '1.0');
  assert.match(cache.log(), /the cache is full/);
  assert.deepEqual(await readdir(join(stateDir, 'package-cache/incoming')), []);

  const filler = join(stateDir, 'filler');
  await runCommand(['dd', 'if=/dev/zero', `of=${filler}`, 'bs=64k'], { okExitCodes: [1] });
  await debs.publish({ suite: 'stable', packages: [{ name: 'lab-late', version: '1.0' }] });
  await updateLists(second);
  await first.run(['apt-get', 'clean']);
  await install(first, '--reinstall', 'lab-app');
  await rm(filler);
  await cache.kill('SIGTERM');
  cache = await startCache();
  await updateLists(second);
  await install(second, 'lab-late');
});

test('an old version that is pinned stays', async () => {
  const name = 'lab-app_1.0_all.deb';
  const url = `${CACHE}/deb/stable/${name}`;
  await rm(join(directory, 'origin/deb/stable', name));
  await ask('pin', name, '--until', '2999-12-31');
  assert.match((await ask('clean')).stdout, /^[1-9]\d* packages/);
  assert.match((await ask('status')).stdout, /1 pinned/);
  const digest = await curl('--output', join(directory, 'pinned.deb'), '--write-out', '%{http_code}', url);
  assert.equal(digest, '200');
  assert.match((await runCommand(['dpkg-deb', '--info', join(directory, 'pinned.deb')])).stdout, /Version: 1\.0\n/);
  await assert.rejects(ask('pin', 'nobody_1_all.deb', '--until', '2999-12-31'), /no list of this cache names nobody_1/);
});

test('what it saves is counted', async () => {
  for (const _ of [1, 2, 3]) await updateLists(first);
  const get = () => curl('--output', '/dev/null', `${CACHE}/deb/stable/lab-late_1.0_all.deb`);
  await get();
  await overwrite(await contentOf('lab-late_1.0_all.deb'), 100);
  await get();
  await cache.kill('SIGTERM');
  const status = JSON.parse((await ask('status', '--json')).stdout) as {
    origins: { name: string; hits: number; misses: number; fetchedBytes: number; sentBytes: number; damaged: number }[];
  };
  const [deb] = status.origins;
  assert.ok(deb !== undefined && deb.name === 'deb' && deb.hits > deb.misses && deb.sentBytes > deb.fetchedBytes);
  assert.ok(deb.damaged >= 1);
  cache = await startCache();
});

test('nothing but its origins is asked', async () => {
  const code = (...words: string[]) => curl('--output', '/dev/null', '--write-out', '%{http_code}', ...words);
  const asked: readonly (readonly [expected: string, ...words: string[]])[] = [
    ['403', '--proxy', CACHE, 'http://10.77.0.1:8081/secret'],
    ['403', '--proxy', CACHE, `http://${ORIGIN}/secret`],
    ['403', `${CACHE}/etc/passwd`],
    ['404', `${CACHE}/deb/../../etc/passwd`],
    ['404', `${CACHE}/deb/%2e%2e/rpm/repodata/repomd.xml`],
    ['404', `${CACHE}/deb/stable/`],
    ['404', `${CACHE}/deb/stable/nothing`],
    ['400', `${CACHE}/deb/stable/InRelease?x`],
    ['405', '--request', 'PUT', `${CACHE}/deb/stable/InRelease`],
  ];
  for (const [expected, ...words] of asked) assert.equal(await code(...words), expected, words.join(' '));
  const tunnel = curl('--proxy', CACHE, '--proxytunnel', `http://${ORIGIN}/deb/stable/InRelease`);
  await assert.rejects(tunnel, /CONNECT|403/);
});

async function contentOf(name: string): Promise<string> {
  const file = await readFile(join(directory, 'origin/deb/stable', name));
  const digest = createHash('sha256').update(file).digest('hex');
  return join(stateDir, 'package-cache/contents', digest.slice(0, 2), digest);
}

async function overwrite(file: string, at: number): Promise<void> {
  const bytes = await readFile(file);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  await writeFile(file, bytes);
}

async function waitUntil(isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 30_000;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error('it is not so after 30 s');
    await delay(50);
  }
}
