// Jobs that ended long ago go, with what is stored of their hosts, in both databases; what another job needs, the newest one, and what
// the audit log says stay, and a host may still have a word about one that went.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { listAudit } from '../../contract/fleet/api/audit.ts';
import * as api from '../../contract/fleet/api/jobs.ts';
import { tidyJobs } from '../../fleet/jobs/tidy-jobs.ts';
import { openJobLab } from '../../fleet/testing/job-lab.ts';
import type { JobLab } from '../../fleet/testing/job-lab.ts';
import { emptyResult } from '../../fleet/testing/job-host.ts';
import { storeKinds } from '../helpers/stores.ts';

const cleanup = new AsyncDisposableStack();
after(() => cleanup.disposeAsync());

const DAY_MS = 86_400_000;
const kept = { days: 30, jobs: 100, hosts: 1_000_000, atLeastDays: 0 };
const rollout = { rings: [1], budget: 100, failedShare: 1 };
const tables = ['jobs', 'jobHosts', 'jobPlans', 'jobCounts', 'jobRings', 'jobVariants'] as const;

/** Which jobs each table has rows of. */
async function jobsIn({ fleet: { store } }: JobLab): Promise<Record<string, number[]>> {
  const found: Record<string, number[]> = {};
  for (const table of tables) {
    const column = table === 'jobs' ? 'id' : 'job';
    const rows = await store.queries
      .selectFrom(table)
      .select(`${column} as job` as never)
      .execute();
    found[table] = [...new Set((rows as { job: number }[]).map(({ job }) => job))].toSorted(
      (one, other) => one - other,
    );
  }
  return found;
}

for (const { name, newPlace } of storeKinds()) {
  test(`jobs that ended long ago go (${name})`, async () => {
    const lab = await openJobLab(cleanup, { count: 3, place: await newPlace() });
    const { begin, call, clock, fleet, hosts, make, round, show } = lab;
    const tidy = () => tidyJobs({ store: fleet.store, now: clock.ms, kept });
    const [first] = hosts;
    assert.ok(first !== undefined);
    first.end = () => ({ silent: true });
    const lost = await begin({ rollout: { ...rollout, leaseSeconds: 600 } });
    await round(15);
    assert.deepEqual((await show(lost)).counts, { done: 2, lost: 1 });
    first.end = () => ({});
    const open = await make({ action: { do: 'update-lists' } });
    assert.equal(await tidy(), 0, 'before its time');
    clock.ms += 31 * DAY_MS;
    assert.equal((await show(open)).state, 'draft');
    const { job: undo } = await call(api.undoJob, { job: lost });
    assert.equal(await tidy(), 0, 'while another job undoes it');
    await call(api.controlJob, { job: undo, command: 'cancel' });
    assert.equal(await tidy(), 1);
    const left = await jobsIn(lab);
    assert.deepEqual(left['jobs'], [open, undo]);
    for (const table of tables) assert.ok(!left[table]?.includes(lost), `${table} has rows of job ${lost}`);
    await assert.rejects(show(lost), /there is no job 1/);
    const { entries } = await call(listAudit, { subject: `job ${lost}` });
    assert.ok(entries.length > 0, 'the audit log has it still');
    first.say({ kind: 'order-ended', task: first.begunTask, result: emptyResult });
    await round(2);
    assert.deepEqual(first.outbox, [], 'its late word was taken, and changed nothing');
    clock.ms += 31 * DAY_MS;
    assert.equal(await tidy(), 1, 'the newest one stays');
    assert.deepEqual((await jobsIn(lab))['jobs'], [undo]);
    assert.equal(await make({}), undo + 1, 'no number is given twice');
  });
}
