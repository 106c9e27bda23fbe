// Jobs by hosts that check in, where something goes wrong: what each host is given, and what becomes of what it says or does not say.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { sql } from 'kysely';
import { listHosts, revokeHost, showHost, takeOutHost } from '../../contract/fleet/api/hosts.ts';
import { showStatus } from '../../contract/fleet/api/status.ts';
import * as api from '../../contract/fleet/api/jobs.ts';
import { openFleet } from '../../fleet/fleet.ts';
import { advanceJobs } from '../../fleet/jobs/advance-jobs.ts';
import { openStore } from '../../fleet/store/open-store.ts';
import { emptyResult, joinJobHost } from '../../fleet/testing/job-host.ts';
import type { JobHost } from '../../fleet/testing/job-host.ts';
import { callOperation, findOperation } from '../../fleet/operations/call-operation.ts';
import type { OrderResult } from '../../contract/fleet/jobs/order-report.ts';
import { openJobLab } from '../../fleet/testing/job-lab.ts';
import type { JobLabOptions } from '../../fleet/testing/job-lab.ts';

const cleanup = new AsyncDisposableStack();
after(() => cleanup.disposeAsync());
const lab = (options: JobLabOptions) => openJobLab(cleanup, options);

const atOnce = { rings: [1], budget: 100 };

test('a host that says nothing is lost; its word counts when it comes, and its job is no longer blamed', async () => {
  const { clock, begin, round, states, show, hosts, fleet } = await lab({ count: 2, end: () => ({ silent: true }) });
  const job = await begin({ rollout: { ...atOnce, leaseSeconds: 600 } });
  await round();
  const [host] = hosts as [JobHost];
  clock.ms += 600_000;
  await advanceJobs(fleet);
  assert.deepEqual(
    Object.values(await states(job)),
    Array(2).fill('lost: it has said nothing for 10 minutes; it was leased'),
  );
  assert.equal((await show(job)).reason, '2 of 2 hosts are not as wanted: 2 lost');
  host.say({ kind: 'order-ended', task: host.ack, result: emptyResult });
  await round();
  assert.equal((await states(job))['h01'], 'done: ');
  assert.equal((await show(job)).reason, '1 of 2 hosts is not as wanted: 1 lost');
});

test("a late failure is a failure, and a late word about what it is doing is none of a lost host's end", async () => {
  const { clock, begin, round, states, hosts, fleet } = await lab({ count: 1, end: () => ({ silent: true }) });
  const job = await begin({ rollout: { ...atOnce, leaseSeconds: 600 } });
  await round();
  const [host] = hosts as [JobHost];
  clock.ms += 600_000;
  await advanceJobs(fleet);
  host.say({ kind: 'order-progress', task: host.ack, progress: { step: 'applying', text: '' } });
  await round();
  assert.match((await states(job))['h01'] ?? '', /^lost/);
  host.say({ kind: 'order-ended', task: host.ack, result: { ...emptyResult, outcome: 'failed', text: 'dpkg: error' } });
  await round();
  assert.equal((await states(job))['h01'], 'failed: dpkg: error');
});

test('words of a host lengthen its lease, in their order', async () => {
  const { clock, begin, round, states, hosts, fleet } = await lab({ count: 1, end: () => ({ silent: true }) });
  const job = await begin({ rollout: { ...atOnce, leaseSeconds: 600 } });
  await round();
  const [host] = hosts as [JobHost];
  for (const step of ['downloading', 'applying', 'downloading'] as const) {
    clock.ms += 500_000;
    host.say({ kind: 'order-progress', task: host.ack, progress: { step, text: step } });
    await host.come();
    await advanceJobs(fleet);
  }
  assert.equal((await states(job))['h01'], 'applying: applying');
  clock.ms += 101_000;
  await advanceJobs(fleet);
  assert.equal((await states(job))['h01'], 'lost: it has said nothing for 10 minutes; it was applying');
});

test('an answer that is lost, a request that comes twice, and a message that is repeated change nothing twice', async () => {
  const { begin, round, states, show, hosts, clock } = await lab({ count: 1 });
  const job = await begin({ rollout: atOnce });
  const [host] = hosts as [JobHost];
  clock.ms += 60_000;
  const asked = host.nextCheckIn();
  const [first, second] = [await host.send(asked), await host.send(asked)];
  assert.deepEqual(first.tasks, second.tasks);
  assert.equal(first.next, 60);
  await host.receive(second);
  const ended = host.nextCheckIn();
  assert.deepEqual((await host.send(ended)).ack, (await host.send(ended)).ack);
  await host.receive(await host.send(ended));
  await round();
  assert.deepEqual(await states(job), { h01: 'done: ' });
  assert.deepEqual((await show(job)).counts, { done: 1 });
  assert.equal(host.begun.length, 1);
});

test('while its budget is out, nobody else gets an order, and says what it waits for', async () => {
  const { begin, round, states, show } = await lab({ count: 4, end: () => ({ silent: true }) });
  const job = await begin({ rollout: { rings: [1], budget: 2 } });
  await round(3);
  assert.deepEqual((await show(job)).counts, { leased: 2, waiting: 2 });
  const waiting = Object.values(await states(job)).filter((text) => text.startsWith('waiting'));
  assert.deepEqual(waiting, Array(2).fill('waiting: 2 hosts are at work, as many as the budget allows'));
});

test('a host has one order at a time, of the job that was first', async () => {
  const { begin, round, states, hosts } = await lab({ count: 1, end: () => ({ silent: true }) });
  const job = await begin({ rollout: atOnce });
  const other = await begin({ action: { do: 'update-lists' }, rollout: atOnce });
  await round(2);
  assert.match((await states(job))['h01'] ?? '', /^leased/);
  assert.equal((await states(other))['h01'], `waiting: job ${job} is at work on it`);
  assert.equal(hosts[0]?.begun.length, 1);
});

const noOrders: readonly (readonly [what: string, Partial<JobLabOptions>, (host: JobHost) => void, says: RegExp])[] = [
  [
    'whose files are those of an image',
    { facts: { mode: 'image' } },
    () => {},
    /^refused: gutinteg keeps the files of its image/,
  ],
  [
    'that has become one of an image',
    {},
    (host) => void (host.facts = { ...host.facts, mode: 'image' }),
    /^refused: .*image/,
  ],
  ['whose clock is off', {}, (host) => void (host.clockOffset = 82_800), /^waiting: its clock is 23 hours ahead$/],
];
for (const [what, options, change, says] of noOrders) {
  test(`a host ${what} gets no order`, async () => {
    const { begin, round, states, hosts } = await lab({ count: 1, ...options });
    const [host] = hosts as [JobHost];
    const job = await begin({ rollout: atOnce });
    change(host);
    await round(3);
    assert.match((await states(job))['h01'] ?? '', says);
    assert.equal(host.begun.length, 0);
  });
}

test('a host without an executor is refused in its own words, and is not held against the job', async () => {
  const { begin, clock, states, hosts, show } = await lab({ count: 1 });
  const [host] = hosts as [JobHost];
  const job = await begin({ action: { do: 'update-lists' }, rollout: atOnce });
  clock.ms += 60_000;
  const { tasks: [task] = [], ...answer } = await host.send(host.nextCheckIn());
  await host.receive(answer);
  host.ack = task?.seq ?? 0;
  host.say({ kind: 'failed', task: host.ack, message: 'it has no executor' });
  await host.come();
  assert.deepEqual(await states(job), { h01: 'refused: it has no executor' });
  assert.equal((await show(job)).state, 'done');
});

test('a quarantined host waits, a revoked one is left out, and one that is taken out under its order is lost', async () => {
  const { fleet, begin, round, call, states, hosts } = await lab({ count: 3, end: () => ({ silent: true }) });
  const job = await begin({ rollout: { rings: [1], budget: 1 } });
  await round();
  const [open, first, second] = hosts as [JobHost, JobHost, JobHost];
  hosts.length = 0;
  const away = { state: 'quarantined', reason: 'two' } as const;
  await fleet.store.queries.updateTable('hosts').set(away).where('id', '=', first.id).execute();
  assert.equal((await states(job))[first.name], 'waiting: it is quarantined');
  await call(revokeHost, { host: second.name, reason: 'sold' });
  assert.equal((await states(job))[second.name], 'skipped: it was revoked');
  await call(takeOutHost, { host: open.name });
  assert.equal((await states(job))[open.id], 'lost: it was taken out of the fleet');
});

test('a host whose lists have changed simulates anew, and does only what was approved', async () => {
  const { begin, round, states, hosts } = await lab({ count: 3 });
  const [, same, other] = hosts as [JobHost, JobHost, JobHost];
  const job = await begin({ rollout: { rings: [1], budget: 3 } });
  same.candidates = { ...same.candidates, bash: '6' };
  other.candidates = { openssl: '3' };
  await round(5);
  const why = 'its packages have changed since the job was approved, and it would now change openssl 1 to 3';
  assert.deepEqual(await states(job), { h01: 'done: ', h02: 'done: ', h03: `refused: ${why}` });
  assert.deepEqual([same.installed['bash'], other.installed['openssl']], ['5', '1']);
});

test('a security upgrade names the packages of each host; a host without any has nothing to do', async () => {
  const { round, begin, states, hosts, fleet, token } = await lab({
    count: 1,
    candidates: { openssl: '2 security', bash: '6' },
  });
  const none = await joinJobHost(fleet, { name: 'h02', token, installed: { bash: '5' }, candidates: { bash: '6' } });
  await none.come();
  hosts.push(none);
  const job = await begin({ action: { do: 'upgrade', security: true }, rollout: atOnce });
  await round(3);
  assert.deepEqual(await states(job), { h01: 'done: ', h02: 'done: there was nothing to change' });
  assert.deepEqual([hosts[0]?.installed, none.begun.length], [{ bash: '5', openssl: '2' }, 0]);
});

test('a host that is done although it did not listen has failed, and its list decides after a second look', async () => {
  const { begin, round, states, hosts, clock } = await lab({ count: 1 });
  const [host] = hosts as [JobHost];
  const job = await begin({ rollout: atOnce });
  clock.ms += 60_000;
  const before = { ...host.installed };
  await host.come();
  // What it reports with its answer is of before.
  const after = host.installed;
  host.installed = before;
  await host.come();
  assert.match((await states(job))['h01'] ?? '', /^verifying/);
  host.installed = after;
  await round(2);
  assert.deepEqual(await states(job), { h01: 'done: ' });
});

test('while a list is on its way, nothing is decided', async () => {
  const { begin, states, hosts, clock } = await lab({ count: 1 });
  const [host] = hosts as [JobHost];
  const job = await begin({ rollout: atOnce });
  clock.ms += 60_000;
  await host.come();
  for (let time = 0; time < 3; time += 1) await host.receive({ ...(await host.send(host.nextCheckIn())), want: [] });
  assert.match((await states(job))['h01'] ?? '', /^verifying/);
  await host.come();
  assert.deepEqual(await states(job), { h01: 'done: ' });
});

test('a package system that is not in order afterwards is a failure', async () => {
  const { begin, round, states } = await lab({ count: 1, facts: { broken: ['bash is half-configured'] } });
  const job = await begin({ rollout: atOnce });
  await round(5);
  const why = 'it says done, but its package system is not in order: bash is half-configured';
  assert.deepEqual(await states(job), { h01: `failed: ${why}` });
});

test('a job that is paused gives nothing, one that is resumed goes on, one that is cancelled leaves out who has not begun', async () => {
  const { begin, round, call, states, show } = await lab({ count: 3, end: () => ({ silent: true }) });
  const job = await begin({ rollout: { rings: [1], budget: 1 } });
  assert.deepEqual(await call(api.controlJob, { job, command: 'pause', why: 'lunch' }), { state: 'paused' });
  assert.equal((await show(job)).reason, 'paused by local: lunch');
  await round(2);
  assert.deepEqual((await show(job)).counts, { waiting: 3 });
  assert.deepEqual(await call(api.controlJob, { job, command: 'resume' }), { state: 'running' });
  await round(2);
  assert.deepEqual(await call(api.controlJob, { job, command: 'cancel' }), { state: 'cancelled' });
  assert.deepEqual((await show(job)).counts, { leased: 1, skipped: 2 });
  assert.ok(Object.values(await states(job)).includes('skipped: the job was cancelled'));
  await assert.rejects(
    call(api.controlJob, { job, command: 'resume' }),
    /job \d+ is cancelled, so it cannot be resumed/,
  );
});

test('a job that a person lets go on after its halt does not halt for the same failures', async () => {
  const broken = new Set(['h01', 'h02']);
  const { fleet, begin, round, call, show, hosts } = await lab({ count: 6 });
  for (const host of hosts) host.end = () => (broken.has(host.name) ? { outcome: 'failed', text: 'no' } : {});
  const job = await begin({ rollout: { rings: [1], budget: 1, failedShare: 1 } });
  await round(4);
  assert.equal((await show(job)).state, 'halted');
  const input = { job, command: 'resume' };
  await assert.rejects(
    callOperation(fleet, findOperation('control-job'), { input, actor: { name: 'olga', role: 'operator' } }),
    /has halted, and to let it go on needs the role approver; olga is operator; nothing was changed/,
  );
  await call(api.controlJob, { job, command: 'resume' });
  await round(4);
  assert.deepEqual([(await show(job)).state, (await show(job)).counts.failed], ['halted', 2]);
  await call(api.controlJob, { job, command: 'resume' });
  await round(20);
  assert.deepEqual([(await show(job)).state, (await show(job)).counts], ['done', { failed: 2, done: 4 }]);
});

test('who has not come before the job ended is left out; what nobody approved in time is cancelled', async () => {
  const { begin, make, clock, fleet, show, states } = await lab({ count: 2 });
  const expiring = { ...atOnce, expiresAfterSeconds: 3600 };
  const job = await begin({ rollout: expiring });
  const draft = await make({ rollout: expiring });
  clock.ms += 3_600_000;
  await advanceJobs(fleet);
  assert.deepEqual(Object.values(await states(job)), Array(2).fill('skipped: it did not come before the job ended'));
  assert.deepEqual([(await show(job)).state, (await show(draft)).state], ['done', 'cancelled']);
});

test('what cannot be a job is refused with what to do', async () => {
  const { make, call } = await lab({ count: 1 });
  await assert.rejects(make({ hosts: 'name=x' }), /no host fits name=x; no job was made/);
  await assert.rejects(make({ rollout: { testFirst: 'name=x' } }), /none of its 1 hosts fits name=x/);
  await assert.rejects(make({ action: { do: 'repair' }, only: 'with' }), /"repair" is not for hosts with or without/);
  await assert.rejects(make({ rollout: { window: 'night' } }), /there is no window night/);
  await assert.rejects(call(api.showJob, { job: 99 }), /there is no job 99/);
  const job = await make({});
  await assert.rejects(call(api.approveJob, { job }), /job \d+ is draft, so it cannot be approved/);
});

test('only hosts that have the package already, or that do not', async () => {
  const { make, states, fleet, token } = await lab({ count: 1, installed: { vim: '8' } });
  await (await joinJobHost(fleet, { name: 'h02', token, installed: { bash: '5' }, candidates: {} })).come();
  const install = { do: 'install', packages: [{ name: 'vim' }] } as const;
  const chosen = async (only: 'with' | 'without'): Promise<string[]> =>
    Object.keys(await states(await make({ action: { ...install, packages: [...install.packages] }, only })));
  assert.deepEqual([await chosen('with'), await chosen('without')], [['h01'], ['h02']]);
});

test('hosts that cannot do it are left out if the approver says so', async () => {
  const { call, make, round, states, hosts } = await lab({ count: 1 });
  const [host] = hosts as [JobHost];
  const job = await make({ rollout: atOnce });
  await call(api.planJob, { job });
  await host.receive({ ...(await host.send(host.nextCheckIn())), tasks: [] });
  host.say({ kind: 'order-ended', task: 1, result: { ...emptyResult, outcome: 'refused', text: 'openssl is held' } });
  host.ack = 1;
  await round();
  await assert.rejects(call(api.approveJob, { job }), /1 hosts of job \d+ cannot do it: openssl is held/);
  await call(api.approveJob, { job, despiteRefusals: true });
  await round();
  assert.deepEqual(await states(job), { h01: 'refused: openssl is held' });
});

test('a host that was asked to simulate and does not answer is not waited for', async () => {
  const { call, make, round, show, hosts, clock, fleet } = await lab({ count: 2 });
  const [, second] = hosts as [JobHost, JobHost];
  const job = await make({ rollout: atOnce });
  await call(api.planJob, { job });
  clock.ms += 60_000;
  await hosts[0]?.send(hosts[0].nextCheckIn());
  hosts.splice(0, 2, second);
  await round(2);
  assert.deepEqual([(await show(job)).state, (await show(job)).plans[0]?.askedOf], ['planning', 'h01']);
  clock.ms += 900_000;
  await advanceJobs(fleet);
  await round(2);
  assert.deepEqual([(await show(job)).state, (await show(job)).plans[0]?.askedOf], ['planned', 'h02']);
});

test('what a host says of lists that it no longer has is no plan for those that had them', async () => {
  const { call, make, round, show, hosts, clock } = await lab({ count: 1 });
  const [host] = hosts as [JobHost];
  const job = await make({ rollout: atOnce });
  await call(api.planJob, { job });
  clock.ms += 60_000;
  await host.come();
  host.candidates = { openssl: '3' };
  await host.come();
  const [plan] = (await show(job)).plans;
  assert.deepEqual([plan?.state, plan?.text], ['waiting', 'the host that was asked has changed meanwhile']);
  await round(3);
  const { state, plans } = await show(job);
  assert.deepEqual([state, plans.map(({ changes }) => changes[0]?.after)], ['planned', ['3']]);
});

test('a refresh needs no executor, and ends when the host has looked', async () => {
  const { begin, round, states, hosts } = await lab({ count: 1 });
  const job = await begin({ action: { do: 'refresh' }, rollout: atOnce });
  await round(2);
  assert.deepEqual([await states(job), hosts[0]?.begun.length], [{ h01: 'done: ' }, 0]);
});

test('of a host on which a job has failed that is said, until a later one is done there', async () => {
  let outcome: 'failed' | 'done' = 'failed';
  const { begin, round, call, hosts } = await lab({ count: 2, end: () => ({ outcome, text: 'dpkg: error' }) });
  hosts.splice(1);
  const job = await begin({ action: { do: 'update-lists' }, hosts: 'name=h01', rollout: atOnce });
  await round(2);
  const failed = await call(listHosts, { class: 'is=job-failed' });
  assert.deepEqual(
    failed.hosts.map(({ name, findings }) => [name, findings.find(({ kind }) => kind === 'job-failed')?.text]),
    [['h01', `job ${job} (update lists) has failed here: dpkg: error`]],
  );
  const shown = await call(showHost, { host: 'h01' });
  assert.deepEqual(
    shown.jobs.map(({ title, state }) => [title, state]),
    [['update lists', 'failed']],
  );
  assert.equal((await call(showStatus, {})).enrolled.jobFailed, 1);
  outcome = 'done';
  await begin({ action: { do: 'update-lists' }, hosts: 'name=h01', rollout: atOnce });
  await round(2);
  assert.equal((await call(showStatus, {})).enrolled.jobFailed, 0);
});

test('a server that was set back to before it gave an order does not have it done a second time', async () => {
  const { fleet, begin, round, call, clock, hosts } = await lab({ count: 1 });
  const [host] = hosts as [JobHost];
  const job = await begin({ rollout: atOnce });
  const directory = mkdtempSync(join(tmpdir(), 'gutinteg-set-back-'));
  cleanup.defer(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'before.db');
  await sql`vacuum into ${sql.lit(file)}`.execute(fleet.store.queries);
  await round();
  assert.equal(host.begun.length, 1);
  const store = await openStore({ file });
  cleanup.defer(() => store.close());
  const restored = await openFleet({ store, log: fleet.log, now: fleet.now });
  for (let time = 0; time < 6; time += 1) {
    clock.ms += 60_000;
    await host.come(restored);
  }
  const { hosts: rows } = await call(api.listJobHosts, { job }, restored);
  assert.deepEqual(
    [rows.map(({ state, reason }) => `${state}: ${reason}`), host.begun.length],
    [['done: there was nothing to change'], 1],
  );
});

const opinions: readonly (readonly [what: string, Partial<OrderResult>, words: RegExp])[] = [
  [
    'cannot do it',
    { outcome: 'refused', text: 'apt has had the lock for 600 s' },
    /^h01 says: apt has had the lock.*; another/,
  ],
  ['has nothing to do', { changes: [] }, /^h01 says: that there is nothing to change; another host is asked$/],
];
for (const [what, says, words] of opinions) {
  test(`a host that says that it ${what} does not speak for the others alone`, async () => {
    const { call, make, round, show, hosts, states } = await lab({ count: 3 });
    const [first, second] = hosts;
    assert.ok(first !== undefined && second !== undefined);
    first.simulates = () => says;
    const job = await make({ rollout: atOnce });
    await call(api.planJob, { job });
    await first.come();
    await first.come();
    const [plan] = (await show(job)).plans;
    assert.equal(plan?.state, 'waiting');
    assert.match(plan.text, words);
    await first.come();
    await round(2);
    assert.equal((await show(job)).plans[0]?.state, 'planned');
    await call(api.approveJob, { job });
    await round(3);
    assert.deepEqual(await states(job), { h01: 'done: ', h02: 'done: ', h03: 'done: ' });

    second.simulates = () => ({ outcome: 'refused', text: 'no such package' });
    first.simulates = second.simulates;
    for (const host of hosts) host.installed['openssl'] = '1';
    await round();
    const refused = await make({ rollout: atOnce });
    await call(api.planJob, { job: refused });
    await round(4);
    await assert.rejects(call(api.approveJob, { job: refused }), /3 hosts of job \d+ cannot do it: no such package/);
  });
}

test('where no second host comes, the first one is asked once more, and that is the end of it', async () => {
  const { call, make, clock, show, hosts } = await lab({ count: 2 });
  const [first] = hosts;
  assert.ok(first !== undefined);
  first.simulates = () => ({ outcome: 'refused', text: 'no' });
  const job = await make({ rollout: atOnce });
  await call(api.planJob, { job });
  for (let time = 0; time < 4; time += 1) await first.come();
  assert.equal((await show(job)).plans[0]?.state, 'waiting');
  clock.ms += 16 * 60_000;
  for (let time = 0; time < 2; time += 1) await first.come();
  const [plan] = (await show(job)).plans;
  assert.deepEqual([plan?.state, plan?.text], ['refused', 'no']);
});
