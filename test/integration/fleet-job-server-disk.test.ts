// The disk of the server is full while a job is under way: what a host has done is done once, and is known when there is room. The hosts
// are real, with dpkg; the disk is a file system in memory.
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { runCommand } from '../../lib/run-command.ts';
import { makeJobFaultsLab } from './fleet-job-faults-lab.ts';
import type { FaultHost, JobFaultsLab } from './fleet-job-faults-lab.ts';

const stack = new AsyncDisposableStack();
after(() => stack.disposeAsync());
let lab: JobFaultsLab;
let host: FaultHost;

before(async () => {
  const prepare = async (directory: string): Promise<void> => {
    await runCommand(['mount', '-t', 'tmpfs', '-o', 'size=6m', 'small', directory]);
    stack.defer(async () => void (await runCommand(['umount', '--lazy', directory])));
  };
  lab = await makeJobFaultsLab(stack, { prepare });
  host = await lab.addHost('web1');
});

/** @returns takes away what fills it */
function fillDisk(): () => void {
  const file = join(lab.state, 'filler');
  assert.throws(() => {
    for (;;) writeFileSync(file, Buffer.alloc(4096), { flag: 'a' });
  }, /ENOSPC/);
  return () => rmSync(file);
}

const install = (version: number): string[] => ['install', `lab-app=${version}`, '--host', host.name];

test('no job is made on a full disk, and the one that is made afterwards is the first', async () => {
  const makeRoom = fillDisk();
  const { code, said } = await lab.cli([...install(1), '--yes']);
  assert.match(said, /the disk of the fleet's store \S+ is full; nothing was changed\n {2}try: free some room/);
  assert.equal(code, 1);
  makeRoom();
  assert.equal(await lab.approved(install(1), host), 1);
});

test('a host gets no order that the server could not write down', async () => {
  const makeRoom = fillDisk();
  assert.equal((await host.come()).exitCode, 4);
  assert.deepEqual(host.runs(), []);
  assert.match(await lab.stateOf(1, host), /^waiting: /);
  makeRoom();
  await host.come();
  await host.checkIn();
  assert.equal(await lab.stateOf(1, host), 'done: ');
  assert.deepEqual(host.runs(), ['lab-app 1']);
});

test('what a host has done is told again until there is room, also by a server that was killed meanwhile', async () => {
  const job = await lab.approved(install(2), host);
  await host.checkIn();
  const makeRoom = fillDisk();
  await host.runOrders();
  assert.equal((await host.checkIn()).exitCode, 4);
  assert.match(await lab.stateOf(job, host), /^leased: /);
  await lab.kill();
  await lab.start();
  assert.equal((await host.come()).exitCode, 4);
  makeRoom();
  await host.come();
  await host.checkIn();
  assert.equal(await lab.stateOf(job, host), 'done: ');
  assert.deepEqual(host.runs(), ['lab-app 1', 'lab-app 2']);
});
