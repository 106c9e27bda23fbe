// Faults while a job is under way, from the command that makes it to the host's dpkg: no script of a package runs twice, and no host is
// done that is not. The server and its commands are programs, killed as they are; the hosts have gutinteg-fleet with its executor.
// What an executor alone goes through is in fleet-orders-kills.test.ts and fleet-orders-faults.test.ts.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { runCommand } from '../../lib/run-command.ts';
import { howMany } from '../helpers/how-many.ts';
import { waitUntil } from '../helpers/order-processes.ts';
import { countedDeb } from './fleet-jobs-lab.ts';
import { GO_ON, makeJobFaultsLab } from './fleet-job-faults-lab.ts';
import type { FaultHost, JobFaultsLab } from './fleet-job-faults-lab.ts';

const stack = new AsyncDisposableStack();
after(() => stack.disposeAsync());
let lab: JobFaultsLab;

before(async () => {
  lab = await makeJobFaultsLab(stack);
});

const install = (name: string, ...hosts: readonly FaultHost[]): string[] =>
  ['install', name, '--rings', '100', '--budget', '5'].concat(hosts.flatMap((host) => ['--host', host.name]));

test('the server is killed between doing and acknowledging, at each request of an order', async (context) => {
  const host = await lab.addHost('web1');
  let number = 1;
  for (; number <= howMany({ few: 3, all: 15 }); number += 1) {
    const job = await lab.approved(install(`lab-app=${number}`, host), host);
    const { isLost } = lab.loseAnswer(number);
    await host.come();
    const wasKilled = isLost();
    if (wasKilled) {
      await lab.start();
      await host.come();
    }
    await host.checkIn();
    const { state, counts } = await lab.show(job);
    assert.deepEqual([state, counts], ['done', { done: 1 }], `request ${number}`);
    assert.equal(host.runs().filter((line) => line === `lab-app ${number}`).length, 1, `request ${number}`);
    if (!wasKilled) break;
  }
  context.diagnostic(`killed at ${number - 1} requests`);
});

test('the talker is killed when its order has come, the executor and the server while its script runs', async () => {
  const host = await lab.addHost('web2');
  const job = await lab.approved(install('lab-waits', host), host);
  const talker = host.start('check-in');
  lab.loseAnswer(1, talker.kill);
  await talker.ended;
  await host.checkIn();
  const executor = host.start('run-orders');
  await waitUntil('the script', () => host.runs().length > 0);
  await Promise.all([executor.kill(), lab.kill()]);
  assert.equal((await host.checkIn()).exitCode, 4);
  await lab.start();
  await host.checkIn();
  assert.match(await lab.stateOf(job, host), /^applying: /);
  writeFileSync(join(host.root, GO_ON), '');
  await host.come();
  await host.checkIn();
  assert.deepEqual(host.runs(), ['lab-waits 1']);
  assert.equal(await lab.stateOf(job, host), 'done: all is as it should be, although it was cut off');
});

test('the repository changes between the plan and the change: only what was approved is done', async () => {
  const [early, late] = [await lab.addHost('web3'), await lab.addHost('web4')];
  const job = await lab.approved(install('lab-other', early, late), early);
  await early.come();
  await lab.repository.publish({ suite: 'stable', packages: [countedDeb('lab-other', '2')] });
  await late.run(['apt-get', '-qq', 'update']);
  await late.come();
  await late.come();
  const { state, counts } = await lab.show(job);
  assert.deepEqual([state, counts], ['done', { done: 1, refused: 1 }]);
  assert.match(
    await lab.stateOf(job, late),
    /^refused: it would change something else than was foreseen, so nothing was changed: .* not installed → 2;/,
  );
  assert.deepEqual([early.runs(), late.runs()], [['lab-other 1'], []]);
});

test('a copy of a host within a job: nothing counts before somebody has said which is the right one', async () => {
  const host = await lab.addHost('web5');
  const job = await lab.approved(install('lab-app=1', host), host);
  const copy = join(host.root, 'srv/copy');
  cpSync(host.state, copy, { recursive: true });
  await host.checkIn();
  const other = await host.run(['gutinteg-fleet', 'check-in', '--state', '/srv/copy'], { okExitCodes: [1] });
  assert.match(other.stderr, /^quarantined: .*two machines use its identity/);
  await host.runOrders();
  assert.match((await host.checkIn()).stderr, /^quarantined: /);
  assert.deepEqual((await lab.show(job)).counts, { leased: 1 });
  rmSync(copy, { recursive: true });
  await lab.cli(['release', 'web5']);
  await host.come();
  await host.checkIn();
  assert.equal(await lab.stateOf(job, host), 'done: ');
  assert.deepEqual(host.runs(), ['lab-app 1']);
});

test('a clock that is a day off keeps orders away, and a certificate that has ended keeps their ends until it is renewed', async () => {
  const host = await lab.addHost('web6');
  const job = await lab.approved(install('lab-app=1', host), host);
  for (const [offset, why] of [
    ['+1d', 'its clock is 24 hours ahead'],
    ['-1d', 'its clock is 24 hours behind'],
  ] as const) {
    await host.checkIn(offset);
    await host.runOrders();
    assert.equal(await lab.stateOf(job, host), `waiting: ${why}`);
  }
  await host.checkIn();
  await host.runOrders();
  const ended = await host.checkIn('+40d');
  assert.match(ended.stderr, /the server's certificate has expired/);
  assert.match(await lab.stateOf(job, host), /^leased: /);
  await host.checkIn();
  assert.equal(await lab.stateOf(job, host), 'done: ');
  assert.deepEqual(host.runs(), ['lab-app 1']);
});

test('no room on a host: it has failed in words, and with room the same again is done', async () => {
  const host = await lab.addHost('web7');
  const room = join(host.root, 'usr/share/lab-large');
  mkdirSync(room);
  await runCommand(['mount', '-t', 'tmpfs', '-o', 'size=64k', 'small', room]);
  const first = await lab.approved(install('lab-large', host), host);
  await host.come();
  await host.checkIn();
  assert.match(
    await lab.stateOf(first, host),
    /^failed: apt-get: exit code 100; cannot copy extracted data .*No space left on device/,
  );
  await runCommand(['umount', room]);
  const second = await lab.approved(install('lab-large', host), host);
  await host.come();
  await host.checkIn();
  assert.equal(await lab.stateOf(second, host), 'done: ');
  assert.deepEqual(host.runs(), ['lab-large 1']);
});
