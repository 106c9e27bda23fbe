// Two servers of one PostgreSQL give leases of the same jobs, at once, while both advance jobs: nothing is given twice, nothing above
// the budget, and none of their transactions is in the way of another for good.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import { undoJob } from '../../contract/fleet/api/jobs.ts';
import * as installed from '../../contract/fleet/api/installed-machines.ts';
import { enrolInstalled } from '../../fleet/enrolment/enrol-installed.ts';
import { openFleet } from '../../fleet/fleet.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { openStates } from '../../contract/fleet/jobs/job.ts';
import { advanceJobs } from '../../fleet/jobs/advance-jobs.ts';
import { lockJob } from '../../fleet/jobs/job-rows.ts';
import { openJobLab } from '../../fleet/testing/job-lab.ts';
import { openStore } from '../../fleet/store/open-store.ts';
import type { Store } from '../../fleet/store/open-store.ts';
import { makeTestHost } from '../../fleet/testing/simulated-host.ts';
import { storeKinds } from '../helpers/stores.ts';

const [, { newPlace }] = storeKinds();
const cleanup = new AsyncDisposableStack();
after(() => cleanup.disposeAsync());

const HOSTS = 12;
const BUDGET = 3;

test('of two servers that lease at once, both together stay within the budget of each of two jobs', async () => {
  const place = await newPlace();
  const lab = await openJobLab(cleanup, { count: HOSTS, place });
  const { fleet, clock, hosts, show } = lab;
  const store = await openStore(place);
  cleanup.defer(() => store.close());
  const servers: readonly Fleet[] = [fleet, await openFleet({ store, log: fleet.log, now: fleet.now })];
  const rollout = { rings: [1], budget: BUDGET, failedShare: 1 };
  const jobs = [await lab.begin({ rollout }), await lab.begin({ action: { do: 'update-lists' }, rollout })];
  const seen = { most: 0, isOver: false };
  const watch = async (): Promise<void> => {
    while (!seen.isOver) {
      for (const job of jobs) {
        const rows = store.queries.selectFrom('jobHosts').select('host').where('job', '=', job);
        const open = await rows.where('state', 'in', [...openStates]).execute();
        seen.most = Math.max(seen.most, open.length);
        assert.ok(open.length <= BUDGET, `${open.length} leases are open`);
      }
    }
  };
  const work = async (): Promise<void> => {
    for (let round = 0; round < 60 && !seen.isOver; round += 1) {
      clock.ms += 60_000;
      await Promise.all([
        ...hosts.map((host, index) => host.come(servers[(index + round) % servers.length])),
        ...servers.map((server) => advanceJobs(server)),
      ]);
      const states = await Promise.all(jobs.map(async (job) => (await show(job)).state));
      seen.isOver = states.every((state) => state === 'done');
    }
    assert.ok(seen.isOver, 'both jobs end');
  };
  await Promise.all([work(), watch()]).finally(() => {
    seen.isOver = true;
  });
  for (const job of jobs) assert.deepEqual((await show(job)).counts, { done: HOSTS });
  assert.deepEqual(new Set(hosts.map(({ begun }) => begun.length)), new Set([jobs.length]));
  assert.equal(seen.most, BUDGET, 'leases were as many as allowed');
});

/** Until a statement of another transaction waits for a lock. */
async function untilBlocked({ queries }: Store): Promise<void> {
  const blocked = sql<{ waiting: number }>`select count(*)::int as waiting from pg_locks where not granted`;
  for (const endMs = Date.now() + 20_000; ; await pause(5)) {
    const [row] = (await blocked.execute(queries)).rows;
    if ((row?.waiting ?? 0) > 0) return;
    assert.ok(Date.now() < endMs, 'nobody waits for a lock');
  }
}

test('a report of machines that were installed anew, and a check-in of the former one, do not wait for each other', async () => {
  const place = await newPlace();
  const lab = await openJobLab(cleanup, { count: 2, place });
  const { fleet, hosts, call, show } = lab;
  const store = await openStore(place);
  cleanup.defer(() => store.close());
  // The report ends the first host's part in the job, and then is about the second host.
  const [first, second] = hosts.toSorted((one, other) => (one.id < other.id ? -1 : 1));
  assert.ok(first !== undefined && second !== undefined);
  for (const [host, machineId] of [
    [first, 'm1'],
    [second, 'm2'],
  ] as const) {
    const { publicKey } = makeTestHost(host.name);
    await fleet.store.queries.updateTable('hosts').set({ machineId, publicKey }).where('id', '=', host.id).execute();
  }
  for (const host of hosts) host.end = () => ({ silent: true });
  const job = await lab.begin({ rollout: { rings: [1], budget: 100, failedShare: 1 } });
  await lab.round();
  const machines = [first, second].map(({ name }, index) => {
    return { machineId: `m${index + 1}`, name, publicKey: makeTestHost(`${name}-anew`).publicKey };
  });
  const { answered, report } = await store.transaction(async (transaction) => {
    const row = transaction.selectFrom('hosts').select('id').where('id', '=', second.id);
    await store.lockRows(row).execute();
    const reported = call(installed.reportMachines, { machines });
    await untilBlocked(store);
    // What a check-in with a word about its order does next.
    return { answered: (await lockJob(store, transaction, job)).id, report: reported };
  });
  assert.equal(answered, job);
  assert.deepEqual(
    (await report).results.map(({ state }) => state),
    ['enrolled', 'enrolled'],
  );
  assert.deepEqual((await show(job)).counts, { lost: 2 });
  const again = await Promise.all(machines.map((machine) => enrolInstalled(fleet, machine)));
  assert.deepEqual(
    again.map(({ state }) => state),
    ['enrolled', 'enrolled'],
  );
});

test('of undos that two servers are asked for at once, one is made', async () => {
  const place = await newPlace();
  const lab = await openJobLab(cleanup, { count: 2, place });
  const store = await openStore(place);
  cleanup.defer(() => store.close());
  const other = await openFleet({ store, log: lab.fleet.log, now: lab.fleet.now });
  const job = await lab.begin({ rollout: { rings: [1], budget: 2 } });
  await lab.round(4);
  const servers = [lab.fleet, other, lab.fleet, other];
  const made = await Promise.allSettled(servers.map((server) => lab.call(undoJob, { job }, server)));
  assert.equal(made.filter(({ status }) => status === 'fulfilled').length, 1);
  for (const each of made) if (each.status === 'rejected') assert.match(String(each.reason), /undoes job/);
});
