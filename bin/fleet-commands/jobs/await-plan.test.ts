import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planProgress } from './await-plan.ts';
import { sampleJob, samplePlan } from './sample-job.ts';

test('whoever waits for a plan sees whom it waits for, since when, and what shortens it', () => {
  const job = sampleJob({
    state: 'planning',
    plans: [samplePlan(), samplePlan({ state: 'asked', askedOf: 'db1', changes: [] })],
    planTotal: 1200,
  });
  const known = 'job 7 planning: 1,199 of 1,200 kinds of hosts known';
  const push = '(gutinteg fleet push db1 makes it come now)';
  const due = { host: 'db1', isAsked: true, nextDueAt: Date.now() + 720_500 };
  assert.equal(planProgress(job, due), `${known}; db1 is asked, and is due in 12 min ${push}`);
  assert.equal(
    planProgress(job, { ...due, nextDueAt: null }),
    `${known}; db1 is asked, and has never checked in ${push}`,
  );
  assert.equal(planProgress(job, { ...due, isAsked: false }), `${known}; db1, for one, is due in 12 min ${push}`);
  assert.equal(planProgress({ ...job, reason: 'no host has come yet' }, undefined), `${known}; no host has come yet`);
});
