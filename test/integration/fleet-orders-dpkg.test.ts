// Orders on a real host with dpkg and apt: what is done is what was foreseen, and the lists say it.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { PackageChangeRecord } from '../../contract/fleet/jobs/action.ts';
import { runCommand } from '../../lib/run-command.ts';
import { labOrderKey, orderHost, writeFleetProgram } from '../helpers/order-lab.ts';
import type { OrderHost, OrderWanted } from '../helpers/order-lab.ts';
import { makeDebRepository } from '../helpers/package-hosts/deb-repository.ts';
import type { DebRepository } from '../helpers/package-hosts/deb-repository.ts';
import { makeDpkgHost } from '../helpers/package-hosts/dpkg-host.ts';

const stack = new AsyncDisposableStack();
after(async () => stack.disposeAsync());
let host: OrderHost;
let repository: DebRepository;

before(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'fleet-orders-'));
  stack.defer(async () => rm(directory, { recursive: true }));
  repository = await makeDebRepository(join(directory, 'repository'), [
    {
      suite: 'stable',
      packages: [
        { name: 'lab-base', version: '1.0' },
        { name: 'lab-base', version: '1.1' },
        { name: 'lab-safe', version: '1.0' },
        { name: 'lab-other', version: '1.0' },
        { name: 'lab-other', version: '1.1' },
        ...['1.0', '2.0'].map((version) => ({ name: 'lab-conf', version, files: { '/etc/lab.conf': `${version}\n` } })),
      ],
    },
    { suite: 'stable-security', label: 'Debian-Security', packages: [{ name: 'lab-safe', version: '1.1' }] },
  ]);
  const binds = await writeFleetProgram(join(directory, 'program'));
  const install = ['lab-base=1.0', 'lab-conf=1.0', 'lab-safe=1.0', 'lab-other=1.0'];
  host = orderHost(stack.use(await makeDpkgHost({ directory: join(directory, 'host'), repository, binds, install })));
  const accepted = await host.accept();
  assert.match(accepted.stdout, /this host carries out orders, as root/, accepted.stderr);
});

const change = (name: string, was: string | null, is: string | null): PackageChangeRecord => ({
  name,
  arch: 'all',
  before: was,
  after: is,
});

/** Simulates, and then orders what was foreseen. */
async function foreseeAndDo(action: OrderWanted['action']) {
  const foreseen = await host.carryOut({ action, simulate: true });
  assert.equal(foreseen.outcome, 'simulated', foreseen.text);
  const done = await host.carryOut({ action, expected: foreseen.changes });
  assert.deepEqual([done.outcome, done.changes], ['done', foreseen.changes], done.text);
  return done;
}

test('upgrade, downgrade, remove and install', async () => {
  const base = { name: 'lab-base' };
  const upgraded = await foreseeAndDo({ do: 'upgrade', packages: [base], security: false, except: [] });
  assert.deepEqual(upgraded.changes, [change('lab-base', '1.0', '1.1')]);
  assert.match(upgraded.output, /Setting up lab-base \(1\.1\)/);
  await foreseeAndDo({ do: 'downgrade', packages: [{ ...base, version: '1.0' }] });
  await foreseeAndDo({ do: 'remove', packages: [base], purge: true });
  assert.deepEqual((await foreseeAndDo({ do: 'install', packages: [base] })).changes, [
    change('lab-base', null, '1.1'),
  ]);
});

test('security updates, all but some, and nothing where there is none', async () => {
  const security = await foreseeAndDo({ do: 'upgrade', security: true, except: [] });
  assert.deepEqual(security.changes, [change('lab-safe', '1.0', '1.1')]);
  const none = await foreseeAndDo({ do: 'upgrade', security: true, except: [] });
  assert.deepEqual(none.changes, []);
  const but = await foreseeAndDo({ do: 'upgrade', security: false, except: ['lab-conf'] });
  assert.deepEqual(but.changes, [change('lab-other', '1.0', '1.1')]);
});

test('edited configuration stays, and is reported', async () => {
  writeFileSync(join(host.root, 'etc/lab.conf'), 'mine\n');
  const done = await foreseeAndDo({ do: 'upgrade', security: false, except: [] });
  assert.deepEqual(done.keptConfiguration, ['/etc/lab.conf']);
  assert.equal(readFileSync(join(host.root, 'etc/lab.conf'), 'utf8'), 'mine\n');
});

test('what is held stays, and says so', async () => {
  const packages = [{ name: 'lab-base' }];
  assert.equal((await host.carryOut({ action: { do: 'hold', packages } })).outcome, 'done');
  const action: OrderWanted['action'] = { do: 'downgrade', packages: [{ name: 'lab-base', version: '1.0' }] };
  const held = await host.carryOut({ action, simulate: true });
  assert.equal(held.outcome, 'refused');
  assert.match(held.text, /Held packages were changed/);
  assert.equal((await host.carryOut({ action: { do: 'unhold', packages } })).outcome, 'done');
  const absent = await host.carryOut({ action: { do: 'hold', packages: [{ name: 'lab-absent' }] } });
  assert.equal(absent.outcome, 'failed');
  assert.match(absent.text + absent.output, /lab-absent/);
});

test('the repository has changed since the yes: nothing is changed', async () => {
  const action: OrderWanted['action'] = { do: 'install', packages: [{ name: 'lab-new' }] };
  await repository.publish({ suite: 'stable', packages: [{ name: 'lab-new', version: '1' }] });
  assert.equal((await host.carryOut({ action: { do: 'update-lists' } })).outcome, 'done');
  const foreseen = await host.carryOut({ action, simulate: true });
  await repository.publish({ suite: 'stable', packages: [{ name: 'lab-new', version: '2' }] });
  await host.carryOut({ action: { do: 'update-lists' } });
  const refused = await host.carryOut({ action, expected: foreseen.changes });
  assert.equal(refused.outcome, 'refused');
  assert.match(refused.text, /not foreseen: lab-new \(all\) not installed → 2; foreseen, and not so: lab-new .* → 1/);
});

test('an order before its window is only prepared; after it, it is missed', async () => {
  const now = Math.floor(Date.now() / 1000);
  const action: OrderWanted['action'] = { do: 'install', packages: [{ name: 'lab-new' }] };
  const expected = [change('lab-new', null, '2')];
  const [from, to] = [now + 1800, now + 3600];
  const name = host.place({ action, expected, window: { from, to } });
  await host.runOrders();
  const before = host.report(name);
  assert.match(before?.state === 'open' ? before.progress.text : '', /^for its window, which begins at /);
  assert.match(readFileSync(join(host.executor, 'log', `${name}.log`), 'utf8'), /--download-only/);
  assert.equal(readFileSync(join(host.executor, 'next'), 'utf8'), `${from}\n`);
  await host.runOrders();
  assert.equal(host.report(name)?.state, 'open');
  // As if half an hour had passed.
  const accepted = join(host.executor, 'accepted', `${name}.json`);
  writeFileSync(accepted, readFileSync(accepted, 'utf8').replace(`"from":${from}`, `"from":${now}`));
  await host.runOrders();
  assert.equal(host.result(name).outcome, 'done');
  const late = await host.carryOut({ action, expected, window: { from: now - 9, to: now - 3 } });
  assert.match(late.text, /the window of the order ended at /);
  assert.equal(late.outcome, 'missed');
});

test('programs of the host say whether it is well', async () => {
  const directory = join(host.root, 'etc/gutinteg/health.d');
  mkdirSync(directory);
  for (const [name, text] of [
    ['well', 'echo all is well'],
    ['ill', 'echo no answer on port 80; exit 1'],
    ['foreign', 'touch /run/foreign'],
  ] as const)
    writeFileSync(join(directory, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  chmodSync(join(directory, 'foreign'), 0o777);
  const { outcome, health, text } = await host.carryOut({
    action: { do: 'refresh' },
    health: ['well', 'ill', 'foreign', 'absent'],
  });
  assert.deepEqual(
    health.map(({ name, ok }) => `${name} ${ok}`),
    ['well true', 'ill false', 'foreign false', 'absent false'],
  );
  assert.equal(outcome, 'failed');
  assert.match(text, /ill says that the host is not well: exit code 1; no answer on port 80.*can be written by others/);
  assert.ok(!existsSync(join(host.root, 'run/foreign')));
  assert.equal((await host.carryOut({ action: { do: 'refresh' }, health: ['well'] })).outcome, 'done');
});

test('an order that is over, taken before, for another host, or not foreseen is refused in words', async () => {
  const remove: OrderWanted['action'] = { do: 'remove', packages: [{ name: 'lab-base' }], purge: false };
  const cases: readonly (readonly [Partial<OrderWanted>, RegExp])[] = [
    [{ expiresAt: 1_000_000 }, /the order ended at 1970-01-12/],
    [{ serial: 1 }, /has serial 1, and one with \d+ was taken before/],
    [{ host: 'B'.repeat(22) }, /is for host B{22}/],
    [{}, /does not say what was foreseen/],
  ];
  for (const [change_, why] of cases) {
    const { outcome, text } = await host.carryOut({ action: remove, ...change_ });
    assert.equal(outcome, 'refused');
    assert.match(text, why);
  }
  const signed = host.sign({ action: remove });
  const forged = host.layDown({ ...signed, signature: `${signed.signature.slice(0, 80)}AAAAAA` });
  const link = host.place({ action: { do: 'refresh' } });
  rmSync(join(host.spool, `${link}.json`));
  symlinkSync('/etc/shadow', join(host.spool, `${link}.json`));
  await host.runOrders();
  assert.match(host.result(forged).text, /not signed by a key that this host trusts/);
  assert.equal(host.report(link), undefined);
});

test('only what the administrator allows, and only while nobody else can write that down', async () => {
  await host.agent(['accept-orders', '--key', labOrderKey, '--allow', 'refresh', 'hold']);
  const refused = await host.carryOut({ action: { do: 'update-lists' } });
  assert.match(refused.text, /does not allow update-lists, only refresh, hold/);
  assert.equal((await host.carryOut({ action: { do: 'refresh' } })).outcome, 'done');
  const file = join(host.root, 'etc/gutinteg/fleet-orders.json');
  chmodSync(file, 0o666);
  const name = host.place({ action: { do: 'refresh' } });
  const { exitCode, stderr } = await host.runOrders();
  assert.equal(exitCode, 1);
  assert.match(stderr, /can be written by others than root: no order is carried out\n {2}try: chown root/);
  assert.equal(host.report(name), undefined);
  chmodSync(file, 0o644);
  const now = Math.floor(Date.now() / 1000);
  const window = { from: now + 1800, to: now + 3600 };
  const waits = host.place({ action: { do: 'refresh' }, window });
  await host.runOrders();
  assert.equal(host.report(waits)?.state, 'open');
  await host.agent(['refuse-orders']);
  assert.match((await host.runOrders()).stdout, /this host takes no orders/);
  assert.equal((await host.agent(['accept-orders'])).exitCode, 2);
  await host.accept();
  // It was taken on the word of before.
  await host.runOrders();
  assert.match(host.result(waits).text, /was taken before/);
});

test('a restart is done when the host has another boot id', async () => {
  writeFileSync(join(host.root, 'usr/sbin/shutdown'), '#!/bin/sh\necho "$*" >>/run/shutdown\n', { mode: 0o755 });
  const unneeded = await host.carryOut({ action: { do: 'reboot', ifNeeded: true } });
  assert.deepEqual([unneeded.outcome, unneeded.text], ['done', 'no restart is due']);
  const name = host.place({ action: { do: 'reboot', ifNeeded: false } });
  await host.runOrders();
  await host.runOrders();
  assert.equal(host.report(name)?.state, 'open');
  const bootId = join(host.root, 'proc/sys/kernel/random/boot_id');
  const other = join(host.root, 'run/boot-id');
  writeFileSync(other, '00000000-0000-4000-8000-000000000000\n');
  await runCommand(['mount', '--bind', other, bootId]);
  try {
    await host.runOrders();
  } finally {
    await runCommand(['umount', bootId]);
  }
  assert.equal(host.result(name).outcome, 'done');
  assert.equal(readFileSync(join(host.root, 'run/shutdown'), 'utf8'), '-r now\n');
});
