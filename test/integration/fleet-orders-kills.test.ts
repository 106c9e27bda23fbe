// What becomes of an order when a program of it is killed, hangs, asks, fails or finds no room; and who holds it up.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { listMarked } from '../../fleet-agent/executor/marked-processes.ts';
import { runCommand } from '../../lib/run-command.ts';
import { orderHost, writeFleetProgram } from '../helpers/order-lab.ts';
import type { OrderHost, OrderWanted } from '../helpers/order-lab.ts';
import { parentOf, pidOf, waitUntil } from '../helpers/order-processes.ts';
import { makeDebRepository } from '../helpers/package-hosts/deb-repository.ts';
import { makeDpkgHost } from '../helpers/package-hosts/dpkg-host.ts';

const stack = new AsyncDisposableStack();
after(async () => stack.disposeAsync());
let host: OrderHost;

/** Counts its runs, and waits for `/run/go-on`. */
const WAITS = 'echo run >>/run/runs; while [ ! -e /run/go-on ]; do sleep 0.05; done';

before(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'fleet-orders-kills-'));
  stack.defer(async () => rm(directory, { recursive: true }));
  const repository = await makeDebRepository(join(directory, 'repository'), [
    {
      suite: 'stable',
      packages: [
        { name: 'lab-waits', version: '1', scripts: { postinst: WAITS } },
        { name: 'lab-fails', version: '1', scripts: { postinst: 'echo it is not my day; exit 1' } },
        {
          name: 'lab-asks',
          version: '1',
          scripts: { postinst: 'read -r answer || answer=nobody; echo "$answer" >/run/asked' },
        },
        { name: 'lab-large', version: '1', files: { '/srv/large/file': 'x'.repeat(3_000_000) } },
        { name: 'lab-plain', version: '1' },
      ],
    },
  ]);
  const binds = await writeFleetProgram(join(directory, 'program'));
  host = orderHost(stack.use(await makeDpkgHost({ directory: join(directory, 'host'), repository, binds })));
  await host.accept();
});

const inRun = (name: string): string => join(host.root, 'run', name);
const goOn = (): void => writeFileSync(inRun('go-on'), '');

beforeEach(async () => {
  for (const name of ['go-on', 'runs']) rmSync(inRun(name), { force: true });
  await host.run(['dpkg', '--purge', 'lab-waits', 'lab-fails', 'lab-plain'], { okExitCodes: [0, 1] });
});

const installing = (name: string, version: string | null = null): OrderWanted => ({
  action: { do: 'install', packages: [{ name }] },
  expected: [{ name, arch: 'all', before: version, after: '1' }],
});

const runs = (): number => readFileSync(inRun('runs'), 'utf8').trim().split('\n').length;
const stateOf = async (name: string): Promise<string> =>
  (await host.run(['dpkg-query', '-W', '-f', '${db:Status-Status}', name], { okExitCodes: [0, 1] })).stdout;

/** An order whose script waits. */
async function begin(): Promise<{ name: string; ended: ReturnType<OrderHost['runOrders']> }> {
  const name = host.place(installing('lab-waits'));
  const ended = host.runOrders().catch((error: unknown) => ({ exitCode: -1, stdout: '', stderr: String(error) }));
  await waitUntil('the script', () => existsSync(inRun('runs')));
  return { name, ended };
}

test('apt is killed: what dpkg has begun is waited for, and recovery ends the rest', async () => {
  const { name, ended } = await begin();
  const other = await host.runOrders();
  assert.deepEqual([other.exitCode, other.stdout], [0, 'another run-orders is at work\n']);
  process.kill(await pidOf(name, 'apt-get'), 'SIGKILL');
  await waitUntil('a report', () => host.report(name)?.state === 'open');
  goOn();
  await ended;
  const { outcome, text, recovered } = host.result(name);
  // dpkg cannot tell apt any more that the script has ended, and leaves the package half configured.
  assert.deepEqual([outcome, recovered, runs()], ['done', true, 2]);
  assert.match(text, /although apt-get: was ended by SIGKILL/);
});

const logOf = (name: string): string => readFileSync(join(host.executor, 'log', `${name}.log`), 'utf8');

for (const [victim, what] of [
  ['dpkg', 'its script is waited for, and recovery ends the rest'],
  ['lab-waits.posti', 'recovery starts it once more'],
] as const) {
  test(`${victim} is killed: ${what}`, async () => {
    const { name, ended } = await begin();
    process.kill(await pidOf(name, victim), 'SIGKILL');
    if (victim === 'dpkg') await waitUntil('the script', () => logOf(name).includes('waits for lab-waits.posti'));
    goOn();
    await ended;
    const { outcome, text, recovered, output } = host.result(name);
    assert.deepEqual([outcome, recovered, await stateOf('lab-waits')], ['done', true, 'installed'], text);
    assert.match(output, /gutinteg-fleet: dpkg .*--configure/);
  });
}

test('the executor is killed: apt comes to its end, and the next one finds that all is done', async () => {
  const { name, ended } = await begin();
  process.kill(parentOf(await pidOf(name, 'apt-get')), 'SIGKILL');
  assert.notEqual((await ended).exitCode, 0);
  const next = host.runOrders();
  await waitUntil('the next one to wait', () => JSON.stringify(host.report(name)).includes('still runs is waited for'));
  goOn();
  assert.equal((await next).exitCode, 0);
  const { outcome, recovered, changes } = host.result(name);
  assert.deepEqual([outcome, recovered, changes, runs()], ['done', false, installing('lab-waits').expected, 1]);
});

test('everything is killed at once, as by a power cut: recovery ends it, and it is not begun again', async () => {
  const { name, ended } = await begin();
  process.kill(parentOf(await pidOf(name, 'apt-get')), 'SIGKILL');
  await ended;
  for (const { pid } of listMarked(name)) process.kill(pid, 'SIGKILL');
  goOn();
  await host.runOrders();
  const { outcome, text, recovered, output } = host.result(name);
  assert.deepEqual([outcome, recovered, await stateOf('lab-waits')], ['done', true, 'installed'], text);
  const applied = output.match(/^gutinteg-fleet: apt-get (?!.*--(?:download-only|fix-broken))/gm);
  assert.equal(applied?.length, 1, output);
});

test('a script that hangs is ended with all that it has started, and the order fails', async () => {
  const name = host.place(installing('lab-waits'));
  await host.runOrders('--time-limit', '1');
  const { outcome, text } = host.result(name);
  assert.equal(outcome, 'failed');
  assert.match(text, /took longer than 1 s and was ended: .*lab-waits.posti.*; lab-waits is half-configured/);
  assert.deepEqual(listMarked(name), []);
  goOn();
  const repaired = await host.carryOut({ action: { do: 'repair' } });
  assert.deepEqual([repaired.outcome, await stateOf('lab-waits')], ['done', 'installed'], repaired.text);
});

test('a script that fails, and one that asks', async () => {
  const failed = await host.carryOut(installing('lab-fails'));
  assert.deepEqual([failed.outcome, failed.recovered], ['failed', true]);
  assert.match(
    failed.text,
    /it is not my day; installed lab-fails package post-installation script .*lab-fails is half-configured/,
  );
  assert.match(failed.output, /it is not my day/);
  const unrepaired = await host.carryOut({ action: { do: 'repair' } });
  assert.equal(unrepaired.outcome, 'failed');
  // What was broken before is not this order's doing.
  const lists = await host.carryOut({ action: { do: 'update-lists' } });
  assert.deepEqual([lists.outcome, lists.text], ['done', '']);
  await host.run(['dpkg', '--purge', 'lab-fails']);
  assert.equal((await host.carryOut(installing('lab-asks'))).outcome, 'done');
  assert.equal(readFileSync(inRun('asked'), 'utf8'), 'nobody\n');
});

test('a database that cannot be read any more fails an order, and does not hold up all others', async () => {
  const { name, ended } = await begin();
  await runCommand(['mount', '--bind', '/dev/null', join(host.root, 'usr/bin/dpkg-query')]);
  goOn();
  await ended;
  await runCommand(['umount', join(host.root, 'usr/bin/dpkg-query')]);
  const { outcome, text } = host.result(name);
  assert.equal(outcome, 'failed');
  assert.match(text, /nobody knows how it ended: dpkg-query/);
});

test('a lock is waited for, and its holder is named', async () => {
  const other = host.run(['apt-get', '-qq', '-y', 'install', 'lab-waits'], { okExitCodes: [0, 100] });
  await waitUntil('the script', () => existsSync(inRun('runs')));
  const refused = await host.carryOut(installing('lab-plain'), '--lock-limit', '1');
  assert.equal(refused.outcome, 'refused');
  assert.match(
    refused.text,
    /nothing was changed: .*(?:apt-get|dpkg) \(process \d+\).* has had the lock of dpkg for 1 s/,
  );
  const name = host.place(installing('lab-plain'));
  const ended = host.runOrders();
  await waitUntil('the report', () => /for .*apt-get \(process/.test(JSON.stringify(host.report(name) ?? '')));
  goOn();
  await Promise.all([ended, other]);
  assert.equal(host.result(name).outcome, 'done');
});

test('a dialog that asks somebody about a package is waited for, too', async () => {
  mkdirSync(join(host.root, 'var/cache/debconf'), { recursive: true });
  const dialog = ['flock', '/var/cache/debconf/config.dat', 'sh', '-c', WAITS] as const;
  const asks = host.run(dialog);
  await waitUntil('the dialog', () => existsSync(inRun('runs')));
  const refused = await host.carryOut(installing('lab-plain'), '--lock-limit', '0');
  goOn();
  await asks;
  assert.match(refused.text, /(?:flock|sh) \(process \d+\).* has had the lock of dpkg/);
});

test('a disk that is full fails an order, and keeps one from being begun', async () => {
  const full = join(host.root, 'srv/large');
  mkdirSync(full, { recursive: true });
  await runCommand(['mount', '-t', 'tmpfs', '-o', 'size=1m', 'full', full]);
  const failed = await host.carryOut(installing('lab-large'));
  await runCommand(['umount', full]);
  assert.equal(failed.outcome, 'failed');
  assert.match(failed.output, /No space left on device/);

  // Another record would take the orders of before once more.
  for (const file of readdirSync(host.spool)) rmSync(join(host.spool, file));
  await runCommand(['mount', '-t', 'tmpfs', '-o', 'size=400k,mode=711', 'full', host.executor]);
  try {
    assert.equal((await host.runOrders()).exitCode, 0);
    const name = host.place(installing('lab-plain'));
    assert.throws(() => writeFileSync(join(host.executor, 'filler'), Buffer.alloc(500_000)), /ENOSPC/);
    const { exitCode, stdout, stderr } = await host.runOrders();
    assert.equal(exitCode, 1, stdout);
    assert.match(stderr, /ENOSPC/);
    assert.deepEqual([host.report(name), await stateOf('lab-plain')], [undefined, '']);
    rmSync(join(host.executor, 'filler'));
    await host.runOrders();
    assert.equal(host.result(name).outcome, 'done');
  } finally {
    await runCommand(['umount', host.executor]);
  }
});
