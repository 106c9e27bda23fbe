// A job from its beginning to its end, by hosts that check in; test/integration/fleet-leases.test.ts has what can go wrong.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { listAudit } from '../../contract/fleet/api/audit.ts';
import * as api from '../../contract/fleet/api/jobs.ts';
import { openJobLab } from '../testing/job-lab.ts';
import { advanceJobs } from '../jobs/advance-jobs.ts';
import { emptyResult } from '../testing/job-host.ts';
import type { JobLabOptions } from '../testing/job-lab.ts';

const cleanup = new AsyncDisposableStack();
after(() => cleanup.disposeAsync());
const lab = (options: JobLabOptions) => openJobLab(cleanup, options);

const atOnce = { rings: [1], budget: 100 };

test('one host of each kind of inventory simulates for all, and every host is done by its inventory', async () => {
  const { call, round, make, show, states, hosts } = await lab({ count: 3 });
  const job = await make({ rollout: atOnce });
  assert.equal((await show(job)).state, 'draft');
  assert.deepEqual(await call(api.planJob, { job }), { plans: 1 });
  assert.equal((await show(job)).reason, '0 of 1 kinds of inventory are simulated');
  await round(2);
  const { state, plans, counts } = await show(job);
  assert.deepEqual([state, counts], ['planned', { waiting: 3 }]);
  assert.equal(plans[0]?.hosts, 3);
  assert.deepEqual(plans[0]?.changes, [{ name: 'openssl', arch: 'amd64', before: '1', after: '2' }]);
  assert.deepEqual(await call(api.approveJob, { job }), { state: 'running' });
  await round(3);
  assert.deepEqual(await states(job), { h01: 'done: ', h02: 'done: ', h03: 'done: ' });
  assert.deepEqual([(await show(job)).state, (await show(job)).reason], ['done', '']);
  assert.deepEqual(
    hosts.map(({ begun }) => begun.length),
    [1, 1, 1],
  );
});

test('a host that says done, and has it not, has failed; the job halts before its next ring', async () => {
  const { begin, call, fleet, round, states, show } = await lab({ count: 4, end: () => ({ changesNothing: true }) });
  const job = await begin({ rollout: { rings: [0.25, 1] } });
  await round(6);
  const { state, reason } = await show(job);
  assert.deepEqual([state, reason], ['halted', '1 failed, and its budget is 1']);
  const found = Object.values(await states(job)).toSorted();
  assert.match(found[0] ?? '', /failed: it says done, but its list still has openssl 1/);
  assert.match(found[3] ?? '', /waiting: the job has halted/);
  // Nobody has asked for it, so it is told where people look, and once.
  const { entries } = await call(listAudit, { actor: 'server' });
  assert.deepEqual(
    entries.map(({ action, subject, details }) => [action, subject, details]),
    [['control-job', `job ${job}`, { command: 'halt', why: reason }]],
  );
  const events = fleet.store.queries.selectFrom('hostEvents').select('text').where('text', 'like', '%halted%');
  const told = (await events.execute()).map(({ text }) => text);
  assert.deepEqual(told, [`job ${job} has halted by itself: ${reason}`]);
});

test('a pardon ends when the host that was lost comes back: none may fail in its place', async () => {
  const { begin, call, clock, hosts, round, show } = await lab({ count: 5 });
  const [lost, ...others] = hosts;
  assert.ok(lost !== undefined);
  lost.end = () => ({ silent: true });
  for (const host of others) host.end = () => ({ outcome: 'failed', text: 'no' });
  const job = await begin({ rollout: { rings: [1], budget: 1, failedShare: 1, leaseSeconds: 600 } });
  await round();
  clock.ms += 600_000;
  await round();
  assert.deepEqual([(await show(job)).state, (await show(job)).reason], ['halted', '1 lost, and its budget is 1']);
  lost.say({ kind: 'order-ended', task: lost.ack, result: emptyResult });
  await call(api.controlJob, { job, command: 'resume' });
  await round(8);
  const { state, reason, counts } = await show(job);
  assert.deepEqual(
    [state, reason, counts],
    ['halted', '1 failed, and its budget is 1', { done: 1, failed: 1, waiting: 3 }],
  );
});

test('a job that runs asks another host when the one that is to simulate new lists is gone', async () => {
  const { begin, hosts, round, show, states } = await lab({ count: 3 });
  const [first, ...others] = hosts;
  assert.ok(first !== undefined);
  const job = await begin({ rollout: { ...atOnce, answered: 0 } });
  // Between the approval and their next check-in, something else was installed.
  for (const host of hosts) host.installed['jq'] = '1';
  await first.come();
  await first.come();
  hosts.splice(0, 1);
  await round(3);
  const { h02 = '' } = await states(job);
  assert.match(h02, /^waiting/);
  await round(20);
  assert.deepEqual((await show(job)).counts, { done: others.length, waiting: 1 });
});

test('a job that cannot be read keeps no other one from going on', async () => {
  const { clock, fleet, make, show } = await lab({ count: 1 });
  const [damaged, sound] = [await make({}), await make({ rollout: { expiresAfterSeconds: 3600 } })];
  await fleet.store.queries.updateTable('jobs').set({ specJson: '{}' }).where('id', '=', damaged).execute();
  clock.ms += 3_600_000;
  await assert.rejects(advanceJobs(fleet), ({ errors }: AggregateError) => {
    assert.deepEqual(errors.map(String), [`Error: job ${damaged} could not go on`]);
    return true;
  });
  assert.equal((await show(sound)).state, 'cancelled');
});
