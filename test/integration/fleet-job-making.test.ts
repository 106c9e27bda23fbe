// A job is made while hosts check in: rows of its hosts are written some at a time, and until all are there it is no job to go on with.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import * as api from '../../contract/fleet/api/jobs.ts';
import { takeOutHost } from '../../contract/fleet/api/hosts.ts';
import { jobSpecSchema } from '../../contract/fleet/jobs/job.ts';
import { chooseHosts } from '../../fleet/jobs/choose-hosts.ts';
import { draftJob, finishJob } from '../../fleet/jobs/create-job.ts';
import { tidyJobs } from '../../fleet/jobs/tidy-jobs.ts';
import { openJobLab } from '../../fleet/testing/job-lab.ts';
import { hostRow } from '../helpers/fleet-host.ts';
import { storeKinds } from '../helpers/stores.ts';

const cleanup = new AsyncDisposableStack();
after(() => cleanup.disposeAsync());

const idOf = (index: number): string =>
  createHash('sha256').update(`${index}`).digest().subarray(0, 16).toString('base64url');

const DAY_MS = 86_400_000;
const spec = jobSpecSchema.parse({ action: { do: 'update-lists' }, hosts: 'name~h*' });

for (const { name, newPlace } of storeKinds()) {
  const lab = async (count: number) => openJobLab(cleanup, { count, place: await newPlace() });

  test(`others have their turn while a job for many hosts is made (${name})`, async () => {
    const { call, fleet } = await lab(1);
    const rows = Array.from({ length: 4000 }, (_, index) => hostRow({ id: idOf(index), name: `h-${index}` }));
    for (let start = 0; start < rows.length; start += 200) {
      await fleet.store.queries
        .insertInto('hosts')
        .values(rows.slice(start, start + 200))
        .execute();
    }
    const seen = { turns: 0, isMade: false };
    const making = call(api.createJob, spec);
    const end = (): void => {
      seen.isMade = true;
    };
    making.then(end, end);
    while (!seen.isMade) {
      const { total } = await fleet.store.transaction((transaction) =>
        transaction
          .selectFrom('jobHosts')
          .select(({ fn }) => fn.countAll<number>().as('total'))
          .executeTakeFirstOrThrow(),
      );
      if (total > 0 && total < rows.length) seen.turns += 1;
      await nextTurn();
    }
    assert.equal((await making).hosts, 4001);
    assert.ok(seen.turns >= 3, `${seen.turns} others had a turn`);
  });

  test(`a job that is being made is not gone on with, and a host that leaves it is counted once (${name})`, async () => {
    const { call, clock, fleet, hosts, round, show } = await lab(3);
    const { store } = fleet;
    const at = clock.ms;
    const job = await draftJob(fleet, { spec, hosts: await chooseHosts(fleet, spec), by: 'ann', at });
    assert.deepEqual([(await show(job)).total, (await show(job)).reason], [0, 'its hosts are written down']);
    await assert.rejects(call(api.planJob, { job }), /is being made; nothing was changed/);
    await assert.rejects(call(api.approveJob, { job }), /is draft, so it cannot be approved/);
    await call(takeOutHost, { host: 'h02' });
    hosts.splice(1, 1);
    assert.deepEqual(await store.transaction((transaction) => finishJob({ store, transaction, at }, job)), {
      job,
      hosts: 3,
    });
    assert.deepEqual((await show(job)).counts, { waiting: 2, skipped: 1 });
    await call(api.planJob, { job });
    await call(api.approveJob, { job });
    await round(4);
    assert.deepEqual([(await show(job)).state, (await show(job)).counts], ['done', { done: 2, skipped: 1 }]);
  });

  test(`what nobody has ended making goes after a day, and leaves nothing (${name})`, async () => {
    const { clock, fleet, make, show } = await lab(2);
    await draftJob(fleet, { spec, hosts: await chooseHosts(fleet, spec), by: 'ann', at: clock.ms });
    const tidy = (days: number) => tidyJobs({ store: fleet.store, now: clock.ms + days * DAY_MS });
    const count = async (): Promise<number> =>
      (await fleet.store.queries.selectFrom('jobHosts').select('job').execute()).length;
    await tidy(0.5);
    assert.equal(await count(), 2);
    await tidy(1.5);
    assert.equal(await count(), 0);
    await assert.rejects(make({ rollout: { window: 'none' } }), /there is no window none/);
    assert.equal(await count(), 0, 'what could not be made has left nothing');
    assert.equal((await show(await make({}))).total, 2);
  });
}
