// Orders on a real host with rpm and dnf.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { PackageChangeRecord } from '../../contract/fleet/jobs/action.ts';
import { orderHost, writeFleetProgram } from '../helpers/order-lab.ts';
import type { OrderHost, OrderWanted } from '../helpers/order-lab.ts';
import { parentOf, pidOf, waitUntil } from '../helpers/order-processes.ts';
import { makeRpmHost } from '../helpers/package-hosts/rpm-host.ts';
import { makeRpmRepository } from '../helpers/package-hosts/rpm-repository.ts';
import type { RpmRepository } from '../helpers/package-hosts/rpm-repository.ts';

const stack = new AsyncDisposableStack();
after(async () => stack.disposeAsync());
let host: OrderHost;
let repository: RpmRepository;

before(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'fleet-orders-rpm-'));
  stack.defer(async () => rm(directory, { recursive: true }));
  repository = await makeRpmRepository(join(directory, 'repository'), [
    // Scripts need a shell that a package has.
    { name: 'lab-system', version: '1', tags: { Provides: '/bin/sh' } },
    { name: 'lab-base', version: '1.0' },
    { name: 'lab-base', version: '1.1' },
    ...['1.0', '2.0'].map((version) => ({ name: 'lab-conf', version, files: { '/etc/lab.conf': `${version}\n` } })),
    {
      name: 'lab-waits',
      version: '1',
      scripts: { post: 'echo run >>/run/runs; while [ ! -e /run/go-on ]; do sleep 0.05; done' },
    },
  ]);
  const binds = await writeFleetProgram(join(directory, 'program'));
  const install = ['lab-system', 'lab-base-1.0', 'lab-conf-1.0'];
  host = orderHost(stack.use(await makeRpmHost({ directory: join(directory, 'host'), repository, binds, install })));
  await host.accept();
});

const change = (name: string, was: string | null, is: string | null): PackageChangeRecord => ({
  name,
  arch: 'noarch',
  before: was,
  after: is,
});

async function foreseeAndDo(action: OrderWanted['action']) {
  const foreseen = await host.carryOut({ action, simulate: true });
  assert.equal(foreseen.outcome, 'simulated', foreseen.text);
  const done = await host.carryOut({ action, expected: foreseen.changes });
  assert.deepEqual([done.outcome, done.changes], ['done', foreseen.changes], done.text);
  return done;
}

test('upgrade, downgrade, remove and install; edited configuration stays', async () => {
  writeFileSync(join(host.root, 'etc/lab.conf'), 'mine\n');
  const upgraded = await foreseeAndDo({ do: 'upgrade', security: false, except: [] });
  assert.deepEqual(upgraded.changes, [change('lab-base', '1.0-1', '1.1-1'), change('lab-conf', '1.0-1', '2.0-1')]);
  assert.deepEqual(upgraded.keptConfiguration, ['/etc/lab.conf']);
  assert.equal(readFileSync(join(host.root, 'etc/lab.conf'), 'utf8'), 'mine\n');
  const base = { name: 'lab-base' };
  for (const [action, expected] of [
    [{ do: 'downgrade', packages: [{ ...base, version: '1.0-1' }] }, change('lab-base', '1.1-1', '1.0-1')],
    [{ do: 'remove', packages: [base], purge: false }, change('lab-base', '1.0-1', null)],
  ] satisfies [OrderWanted['action'], PackageChangeRecord][]) {
    const done = await host.carryOut({ action, expected: [expected] });
    assert.deepEqual([done.outcome, done.changes], ['done', [expected]], done.text);
  }
});

test('the executor is killed, and then dnf: the lists say that all is done', async () => {
  const name = host.place({
    action: { do: 'install', packages: [{ name: 'lab-waits' }] },
    expected: [change('lab-waits', null, '1-1')],
  });
  const ended = host.runOrders().catch(() => undefined);
  await waitUntil('the script', () => existsSync(join(host.root, 'run/runs')));
  const dnf = await pidOf(name, 'dnf');
  process.kill(parentOf(dnf), 'SIGKILL');
  await ended;
  process.kill(dnf, 'SIGKILL');
  const next = host.runOrders();
  await waitUntil('the next one to wait', () => JSON.stringify(host.report(name)).includes('is waited for'));
  writeFileSync(join(host.root, 'run/go-on'), '');
  const { exitCode, stderr } = await next;
  assert.equal(exitCode, 0, stderr);
  const { outcome, text, recovered } = host.result(name);
  assert.deepEqual([outcome, recovered], ['done', false], text);
  assert.equal(readFileSync(join(host.root, 'run/runs'), 'utf8'), 'run\n');
});

test('the lock of dnf is waited for, and its holder is named', async () => {
  await host.run(['rpm', '--erase', 'lab-waits']);
  const again = ['run/runs', 'run/go-on'].map((path) => rm(join(host.root, path)));
  await Promise.all(again);
  const other = host.run(['dnf', '-q', '-y', 'install', 'lab-waits']);
  await waitUntil('the script', () => existsSync(join(host.root, 'run/runs')));
  const packages = [{ name: 'lab-base' }];
  const refused = await host.carryOut(
    { action: { do: 'remove', packages, purge: false }, simulate: true },
    '--lock-limit',
    '1',
  );
  writeFileSync(join(host.root, 'run/go-on'), '');
  await other;
  assert.equal(refused.outcome, 'refused');
  assert.match(refused.text, /dnf \(process \d+\) has had the lock of rpm for 1 s/);
});

test('a hold needs a plugin of dnf, and a host without it says so', async () => {
  const { outcome, text } = await host.carryOut({ action: { do: 'hold', packages: [{ name: 'lab-base' }] } });
  assert.equal(outcome, 'failed');
  assert.match(
    text,
    /No such command: versionlock\..*; .*dnf install 'dnf-command\(versionlock\)'.*lab-base is not held$/,
  );
});
