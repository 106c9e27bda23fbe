import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jobSpecSchema, rolloutSchema } from './job.ts';

test('a job that says only what and where is rolled out carefully', () => {
  const { rollout } = jobSpecSchema.parse({ action: { do: 'update-lists' }, hosts: 'site=north' });
  assert.deepEqual(rollout.rings, [0.01, 0.1, 1]);
  assert.equal(rollout.answered, 1);
  assert.equal(rollout.budget, undefined);
});

const bad: readonly (readonly [rings: readonly number[], what: RegExp])[] = [
  [[0.5], /do not end with 1/],
  [[0.5, 0.5, 1], /do not rise/],
  [[1, 0.5], /do not/],
  [[], /Too small|>=1/],
  [[0, 1], /Too small|>=/],
  [[0.5, 1.5], /Too big|<=/],
];

test('rings rise to all', () => {
  for (const [rings, what] of bad) {
    const { error } = rolloutSchema.safeParse({ rings });
    assert.match(error?.message ?? 'accepted', what, rings.join(' '));
  }
});
