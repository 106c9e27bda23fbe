// Sources of packages on real hosts with apt and dnf: one that works stays, and one whose lists cannot be fetched leaves no trace.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { runCommand } from '../../lib/run-command.ts';
import { orderHost, writeFleetProgram } from '../helpers/order-lab.ts';
import type { OrderHost, OrderWanted } from '../helpers/order-lab.ts';
import { parentOf, pidOf, waitUntil } from '../helpers/order-processes.ts';
import { makeDebRepository } from '../helpers/package-hosts/deb-repository.ts';
import { makeDpkgHost } from '../helpers/package-hosts/dpkg-host.ts';
import { makeRpmHost } from '../helpers/package-hosts/rpm-host.ts';
import { makeRpmRepository } from '../helpers/package-hosts/rpm-repository.ts';

const stack = new AsyncDisposableStack();
after(async () => stack.disposeAsync());
let dpkg: OrderHost;
let rpm: OrderHost;
let goodKey: string;
let otherKey: string;

const armoured = async (repository: string): Promise<string> =>
  (await runCommand(['gpg', '--homedir', join(repository, '.key'), '--armor', '--export'])).stdout;

before(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'fleet-sources-'));
  stack.defer(async () => rm(directory, { recursive: true }));
  const place = (name: string): string => join(directory, name);
  const packages = [{ name: 'lab-base', version: '1' }];
  const extra = [{ name: 'lab-extra', version: '1' }];
  const repository = await makeDebRepository(place('deb'), [{ suite: 'stable', packages }]);
  await makeDebRepository(place('deb-extra'), [{ suite: 'stable', packages: extra }]);
  const rpmRepository = await makeRpmRepository(place('rpm'), packages);
  await makeRpmRepository(place('rpm-extra'), extra);
  goodKey = await armoured(place('deb-extra'));
  otherKey = await armoured(place('deb'));
  const program = await writeFleetProgram(place('program'));
  const binds = (name: string) => ({ ...program, '/srv/extra': place(name) });
  dpkg = orderHost(
    stack.use(await makeDpkgHost({ directory: place('dpkg-host'), repository, binds: binds('deb-extra') })),
  );
  rpm = orderHost(
    stack.use(
      await makeRpmHost({
        directory: place('rpm-host'),
        repository: rpmRepository,
        binds: binds('rpm-extra'),
        install: ['lab-base'],
      }),
    ),
  );
  for (const host of [dpkg, rpm]) await host.accept();
});

const read = (host: OrderHost, path: string): string => readFileSync(join(host.root, path), 'utf8');
const isThere = (host: OrderHost, path: string): boolean => existsSync(join(host.root, path));

const DEB = 'Types: deb\nURIs: copy:/srv/extra\nSuites: stable/\n';
const DEB_FILE = 'etc/apt/sources.list.d/extra.sources';
const DEB_KEY = 'etc/apt/keyrings/extra.asc';

const setDeb = (key: string, text = DEB): Promise<{ outcome: string; text: string; output: string }> =>
  dpkg.carryOut({ action: { do: 'set-source', name: 'extra', text, key } });

const install: OrderWanted['action'] = { do: 'install', packages: [{ name: 'lab-extra' }] };

test('apt: a source with a wrong key leaves no trace, and the right one is used', async () => {
  const wrong = await setDeb(otherKey);
  assert.equal(wrong.outcome, 'failed', wrong.output);
  assert.match(
    wrong.text,
    /apt-get: exit code 100; E: The repository .* is not signed\.; its files are as they were before/,
  );
  assert.match(wrong.output, /NO_PUBKEY|not signed/);
  assert.deepEqual([isThere(dpkg, DEB_FILE), isThere(dpkg, DEB_KEY)], [false, false]);

  const right = await setDeb(goodKey);
  assert.equal(right.outcome, 'done', `${right.text} ${right.output}`);
  assert.equal(read(dpkg, DEB_FILE), `${DEB}Signed-By: /etc/apt/keyrings/extra.asc\n`);
  const foreseen = await dpkg.carryOut({ action: install, simulate: true });
  assert.deepEqual(foreseen.changes, [{ name: 'lab-extra', arch: 'all', before: null, after: '1' }], foreseen.text);
});

test('apt: a source that worked is put back when its new text or key does not', async () => {
  const before = [read(dpkg, DEB_FILE), read(dpkg, DEB_KEY)];
  for (const [key, text] of [
    [otherKey, DEB],
    [goodKey, DEB.replace('stable/', 'nowhere/')],
  ] as const) {
    const failed = await setDeb(key, text);
    assert.equal(failed.outcome, 'failed', failed.output);
    assert.deepEqual([read(dpkg, DEB_FILE), read(dpkg, DEB_KEY)], before);
  }
  const refused = await setDeb(goodKey, `${DEB}Trusted: yes\n`);
  assert.deepEqual([refused.outcome, /Trusted is not a field/.test(refused.text)], ['refused', true], refused.text);
  const removed = await dpkg.carryOut({ action: { do: 'remove-source', name: 'extra' } });
  assert.equal(removed.outcome, 'done', removed.text);
  assert.deepEqual([isThere(dpkg, DEB_FILE), isThere(dpkg, DEB_KEY)], [false, false]);
});

test('apt: the executor is killed while the lists are fetched: the next one puts back what was there', async () => {
  const asked = Promise.withResolvers<void>();
  const silent = createServer(() => asked.resolve()).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const text = `Types: deb\nURIs: http://127.0.0.1:${port}/\nSuites: stable/\n`;
  const name = dpkg.place({ action: { do: 'set-source', name: 'extra', text, key: goodKey } });
  const killed = dpkg.runOrders().catch(() => undefined);
  await asked.promise;
  assert.equal(isThere(dpkg, DEB_FILE), true);
  process.kill(parentOf(await pidOf(name, 'apt-get')), 'SIGKILL');
  await killed;
  const next = dpkg.runOrders();
  await waitUntil('the next one to wait', () => JSON.stringify(dpkg.report(name)).includes('is waited for'));
  silent.close();
  silent.closeAllConnections();
  const { exitCode, stderr } = await next;
  assert.equal(exitCode, 0, stderr);
  const { outcome, text: why } = dpkg.result(name);
  assert.deepEqual([outcome, /it was cut off.*as they were before/.test(why)], ['failed', true], why);
  assert.deepEqual([isThere(dpkg, DEB_FILE), isThere(dpkg, DEB_KEY)], [false, false]);
});

const RPM = '[extra]\nname=extra\nbaseurl=file:///srv/extra\ngpgcheck=1\n';
const RPM_FILE = 'etc/yum.repos.d/extra.repo';

const setRpm = (text: string) => rpm.carryOut({ action: { do: 'set-source', name: 'extra', text, key: goodKey } });

test('dnf: lists that are not signed as the source says leave no trace; packages must be signed', async () => {
  const wrong = await setRpm(`${RPM}repo_gpgcheck=1\n`);
  assert.equal(wrong.outcome, 'failed', wrong.output);
  assert.equal(isThere(rpm, RPM_FILE), false);
  const unchecked = await setRpm(RPM.replace('gpgcheck=1', 'gpgcheck=0'));
  assert.deepEqual(
    [unchecked.outcome, /gpgcheck=1 is missing/.test(unchecked.text)],
    ['refused', true],
    unchecked.text,
  );

  const right = await setRpm(RPM);
  assert.equal(right.outcome, 'done', `${right.text} ${right.output}`);
  assert.equal(read(rpm, RPM_FILE), `${RPM}gpgkey=file:///etc/pki/rpm-gpg/extra.asc\n`);
  const { changes } = await rpm.carryOut({ action: install, simulate: true });
  assert.deepEqual(changes, [{ name: 'lab-extra', arch: 'noarch', before: null, after: '1-1' }]);
  const unsigned = await rpm.carryOut({ action: install, expected: changes });
  assert.equal(unsigned.outcome, 'failed', unsigned.text);
  assert.match(unsigned.output, /not signed|GPG check FAILED/);
});
