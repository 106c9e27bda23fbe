// Jobs of hosts behind the package cache of their site: the origin is away, bytes are wrong in the cache or at the origin. A host that could
// not fetch a package has changed nothing, and says why; nothing is called done that is not. Real apt, nginx as the origin.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startPackageCache } from '../helpers/fleet-lab/start-package-cache.ts';
import { runCommand } from '../../lib/run-command.ts';
import { freePort, startNginx } from '../helpers/nginx.ts';
import type { Nginx } from '../helpers/nginx.ts';
import { countedDeb } from './fleet-jobs-lab.ts';
import { makeJobFaultsLab } from './fleet-job-faults-lab.ts';
import type { FaultHost, JobFaultsLab } from './fleet-job-faults-lab.ts';

const GUTINTEG = join(import.meta.dirname, '../../bin/gutinteg');
const stack = new AsyncDisposableStack();
after(() => stack.disposeAsync());
let lab: JobFaultsLab;
let first: FaultHost;
let second: FaultHost;
let origin: Nginx;
let originPort: number;
let cacheUrl: string;
/** Of a package with a name and a version that have to be written otherwise in an address. */
const ODD = 'lab-c++';
const ODD_VERSION = '1:1.0~rc1+b2';

before(async () => {
  lab = await makeJobFaultsLab(stack);
  await lab.repository.publish({ suite: 'stable', packages: [countedDeb(ODD, ODD_VERSION)] });
  originPort = await freePort();
  origin = await startOrigin();
  stack.defer(() => origin.stop());
  const port = await freePort();
  cacheUrl = `http://127.0.0.1:${port}`;
  const stateDir = join(lab.root, 'cache');
  const origins = [`deb=http://127.0.0.1:${originPort}`];
  const cache = await startPackageCache({ stateDir, listen: `127.0.0.1:${port}`, origins, words: ['--fresh', '0'] });
  stack.defer(() => cache.kill('SIGKILL'));
  [first, second] = await Promise.all([behindCache('web1'), behindCache('web2')]);
});

const startOrigin = (): Promise<Nginx> =>
  startNginx(originPort, () => `server { listen 127.0.0.1:${originPort}; root ${lab.repository.directory}; }`);

/** The cache does not ask at once again an origin that was away. */
async function bringBackOrigin(): Promise<void> {
  origin = await startOrigin();
  const limit = AbortSignal.timeout(30_000);
  while ((await fetch(`${cacheUrl}/deb/stable/nothing`, { signal: limit })).status === 503) await delay(100);
}

async function behindCache(name: string): Promise<FaultHost> {
  const host = await lab.addHost(name);
  const source = `deb [signed-by=/srv/packages/lab.gpg] ${cacheUrl}/deb stable/\n`;
  writeFileSync(join(host.root, 'etc/apt/sources.list'), source);
  // What apt does about a server that is away takes its time, and is not ours.
  writeFileSync(join(host.root, 'etc/apt/apt.conf.d/30lab'), 'Acquire::Retries "0";\n');
  await host.run(['apt-get', '-qq', 'update']);
  await host.checkIn();
  return host;
}

/** As one host does it. @returns how that ended */
async function install(wanted: string, host: FaultHost): Promise<string> {
  const job = await lab.approved(['install', wanted, '--host', host.name], host);
  await host.come();
  await host.checkIn();
  return lab.stateOf(job, host);
}

/** Where the cache keeps it. */
function contentOf(file: string): string {
  const digest = createHash('sha256').update(readFileSync(file)).digest('hex');
  return join(lab.root, 'cache/package-cache/contents', digest.slice(0, 2), digest);
}

function damage(file: string): void {
  const bytes = readFileSync(file);
  bytes[bytes.length - 100] = (bytes[bytes.length - 100] ?? 0) ^ 1;
  writeFileSync(file, bytes);
}

const fileOf = (version: number): string => join(lab.repository.directory, 'stable', `lab-app_${version}_all.deb`);

const NOTHING = /^failed: nothing was changed: apt-get: exit code 100; .*lab-app_\d+_all\.deb/;

test('the origin is away: what another host has had is installed, and the rest fails in words', async () => {
  assert.equal(await install('lab-app=1', first), 'done: ');
  await origin.stop();
  assert.equal(await install('lab-app=1', second), 'done: ');
  assert.match(await install('lab-app=2', second), NOTHING);
  assert.deepEqual(second.runs(), ['lab-app 1']);
  await bringBackOrigin();
  assert.equal(await install('lab-app=2', second), 'done: ');
  assert.deepEqual(second.runs(), ['lab-app 1', 'lab-app 2']);
});

test('wrong bytes in the cache are not installed: with the origin they are fetched again, without it the host says so', async () => {
  damage(contentOf(fileOf(2)));
  assert.equal(await install('lab-app=2', first), 'done: ');
  assert.equal(await install('lab-app=3', first), 'done: ');
  damage(contentOf(fileOf(3)));
  await origin.stop();
  assert.match(await install('lab-app=3', second), NOTHING);
  await bringBackOrigin();
  assert.equal(await install('lab-app=3', second), 'done: ');
  assert.deepEqual(first.runs(), ['lab-app 1', 'lab-app 2', 'lab-app 3']);
  assert.deepEqual(second.runs(), first.runs());
});

test('wrong bytes at the origin, and a package that its lists name and it does not have, are failures of one job', async () => {
  const [wrong, missing] = [fileOf(4), fileOf(5)];
  const good = [wrong, missing].map((file) => readFileSync(file));
  damage(wrong);
  rmSync(missing);
  for (const version of [4, 5]) assert.match(await install(`lab-app=${version}`, first), NOTHING);
  for (const [index, file] of [wrong, missing].entries()) writeFileSync(file, good[index] ?? '');
  for (const version of [4, 5]) assert.equal(await install(`lab-app=${version}`, first), 'done: ');
  assert.deepEqual(first.runs().slice(-2), ['lab-app 4', 'lab-app 5']);
});

test('names and versions that are written otherwise in addresses', async () => {
  assert.equal(await install(`${ODD}=${ODD_VERSION}`, first), 'done: ');
  assert.deepEqual(first.runs().at(-1), `${ODD} ${ODD_VERSION}`);
});

test('an older version that no repository has any more comes back out of the cache', async () => {
  assert.equal(await install('lab-app=5', second), 'done: ');
  const upgrade = await lab.approved(['upgrade', 'lab-app=6', '--host', 'web2'], second);
  await second.come();
  await second.checkIn();
  assert.equal(second.runs().at(-1), 'lab-app 6');
  rmSync(fileOf(5));
  await lab.repository.publish({ suite: 'stable', packages: [] });
  await second.run(['apt-get', '-qq', 'update']);
  await second.checkIn();

  const over = new AbortController();
  const undone = lab.cli(['undo', `${upgrade}`, '--yes']).finally(() => over.abort());
  while (!over.signal.aborted) await second.come();
  const { code, said } = await undone;
  assert.equal(code, 1, said);
  assert.match(said, /5.*gutinteg fleet cache list PACKAGE/s);

  const cache = ['--state', join(lab.root, 'cache')];
  const type = async (...words: readonly string[]) =>
    (await runCommand([GUTINTEG, 'fleet', 'cache', ...words, ...cache])).stdout;
  assert.match(await type('list', 'lab-app', '--superseded'), /^lab-app_5_all\.deb .* not since \d{4}-/m);
  assert.match(await type('status'), /1 of them in no list any more/);
  const older = join(lab.root, 'older');
  mkdirSync(older);
  assert.equal(await type('copy', 'lab-app_5_all.deb', '--out', older), `${join(older, 'lab-app_5_all.deb')}\n`);
  const job = await lab.approved(['install', `${older}/`, '--file-option', 'downgrade', '--host', 'web2'], second);
  await second.come();
  await second.checkIn();
  assert.equal(await lab.stateOf(job, second), 'done: ');
  assert.equal(second.runs().at(-1), 'lab-app 5');
});
