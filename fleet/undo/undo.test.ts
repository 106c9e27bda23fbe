// A job is undone, by hosts that check in; test/integration/fleet-orders-restore.test.ts has real package systems.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import * as api from '../../contract/fleet/api/jobs.ts';
import { openJobLab } from '../testing/job-lab.ts';

const cleanup = new AsyncDisposableStack();
after(() => cleanup.disposeAsync());

const rollout = { rings: [1], budget: 100 };

test('each host goes back to what it had, though all have the same now; what was changed since is left out', async () => {
  const { call, round, begin, states, hosts, show } = await openJobLab(cleanup, { count: 4 });
  const [first, second, third] = hosts;
  assert.ok(first !== undefined && second !== undefined && third !== undefined);
  second.installed['openssl'] = '1.5';
  await round();
  const upgrade = await begin({ rollout });
  await assert.rejects(call(api.undoJob, { job: upgrade }), /cannot be undone yet: .*(running|at work)/);
  await round(4);
  assert.equal((await show(upgrade)).state, 'done');
  assert.equal(first.installed['openssl'], '2');
  assert.equal(second.installed['openssl'], '2');
  third.installed['openssl'] = '3';
  await round();

  const { job, hosts: count, warnings } = await call(api.undoJob, { job: upgrade });
  assert.equal(count, 4);
  assert.match(warnings[0] ?? '', /not undone: data/);
  assert.match(warnings[1] ?? '', /^left out: h03: changed since: openssl is 3 now/);
  await assert.rejects(call(api.undoJob, { job: upgrade }), /undoes job/);
  await call(api.planJob, { job });
  await round(2);
  const planned = await show(job);
  assert.equal(planned.undoes, upgrade);
  assert.deepEqual(
    planned.plans.map(
      ({ hosts: of, changes }) => `${of}: ${changes.map((one) => `${one.before} to ${one.after}`).join()}`,
    ),
    ['2: 2 to 1', '1: 2 to 1.5'],
  );
  await call(api.approveJob, { job });
  await round(3);
  assert.deepEqual(await states(job), {
    h01: 'done: ',
    h02: 'done: ',
    h03: 'refused: changed since: openssl is 3 now, and no longer 2',
    h04: 'done: ',
  });
  assert.deepEqual(
    hosts.map(({ installed }) => installed['openssl']),
    ['1', '1.5', '3', '1'],
  );
  assert.equal((await show(upgrade)).undoneBy, job);
  await assert.rejects(
    call(api.undoJob, { job: upgrade }),
    /nothing of job .* can be undone: on every host: changed since/,
  );
});

test('what a host was doing when it fell silent is not guessed; a job without packages is not undone', async () => {
  const { call, round, begin, clock, show } = await openJobLab(cleanup, { count: 1, end: () => ({ silent: true }) });
  const upgrade = await begin({ rollout: { ...rollout, leaseSeconds: 60 } });
  await round(2);
  clock.ms += 3_600_000;
  await round();
  assert.deepEqual((await show(upgrade)).counts, { lost: 1 });
  await assert.rejects(call(api.undoJob, { job: upgrade }), /it has never said what the job changed there/);
  const held = await begin({ action: { do: 'hold', packages: [{ name: 'bash' }] }, rollout });
  await call(api.controlJob, { job: held, command: 'cancel' });
  await assert.rejects(call(api.undoJob, { job: held }), /none that is undone by packages/);
});

test('of two undos at once only one is made, and none while a cancelled one is at work', async () => {
  const { call, round, begin, hosts, clock, show } = await openJobLab(cleanup, { count: 1 });
  const [host] = hosts;
  assert.ok(host !== undefined);
  const upgrade = await begin({ rollout });
  await round(4);
  const made = await Promise.allSettled([1, 2, 3].map(() => call(api.undoJob, { job: upgrade })));
  const jobs = made.flatMap((each) => (each.status === 'fulfilled' ? [each.value.job] : []));
  assert.equal(jobs.length, 1);
  const job = jobs[0] ?? 0;
  for (const each of made) if (each.status === 'rejected') assert.match(String(each.reason), /undoes job/);
  await call(api.planJob, { job });
  await round(2);
  await call(api.approveJob, { job });
  clock.ms += 60_000;
  await host.come();
  await call(api.controlJob, { job, command: 'cancel' });
  assert.equal((await show(job)).state, 'cancelled');
  await assert.rejects(
    call(api.undoJob, { job: upgrade }),
    /which is cancelled, and on which 1 host works, undoes job/,
  );
  await round(3);
  await assert.rejects(call(api.undoJob, { job: upgrade }), /its hosts are as they were before/);
});
