import assert from 'node:assert/strict';
import { test } from 'node:test';
import { standInClient } from '../../../fleet/testing/stand-in-client.ts';
import { readPlans } from './read-plans.ts';
import { sampleJob, samplePlan } from './sample-job.ts';

test('of a job with many kinds of hosts, every plan is read, though the job shows only some', async () => {
  const refused = samplePlan({ state: 'refused', changes: [], text: 'E: held' });
  const pages = new Map([
    [undefined, { total: 3, next: '2', plans: [samplePlan(), samplePlan()] }],
    ['2', { total: 3, plans: [refused] }],
  ]);
  const { client } = standInClient({ 'job-plans': ({ after }: { readonly after?: string }) => pages.get(after) });
  const summary = await readPlans(client, sampleJob({ plans: [samplePlan()], planTotal: 3 }));
  assert.deepEqual([summary.hosts, summary.changing, summary.notPossible.length], [3, 2, 1]);
  const few = standInClient({});
  assert.equal((await readPlans(few.client, sampleJob())).hosts, 1);
});
