// Two servers of one PostgreSQL give leases of the same jobs, at once, while both advance jobs: nothing is given twice, nothing above
// the budget, and none of their transactions is in the way of another for good.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openFleet } from '../../fleet/fleet.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { openStates } from '../../contract/fleet/jobs/job.ts';
import { advanceJobs } from '../../fleet/jobs/advance-jobs.ts';
import { openJobLab } from '../../fleet/testing/job-lab.ts';
import { openStore } from '../../fleet/store/open-store.ts';
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
