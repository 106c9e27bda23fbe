import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planProgress } from './await-plan.ts';
import { sampleJob } from './sample-job.ts';

test('whoever waits for a plan sees whom it waits for, since when, and what shortens it', () => {
  const job = sampleJob({ state: 'planning', reason: '3 of 12 kinds of inventory are simulated' });
  const known = 'job 7 planning: 3 of 12 kinds of inventory are simulated';
  const push = '(gutinteg fleet push db1 makes it come now)';
  const due = { host: 'db1', isAsked: true, nextDueAt: Date.now() + 720_500 };
  assert.equal(planProgress(job, due), `${known}; db1 is asked, and is due in 12 min ${push}`);
  assert.equal(
    planProgress(job, { ...due, nextDueAt: null }),
    `${known}; db1 is asked, and has never checked in ${push}`,
  );
  assert.equal(planProgress(job, { ...due, isAsked: false }), `${known}; db1, for one, is due in 12 min ${push}`);
  assert.equal(planProgress(job, undefined), known);
});
