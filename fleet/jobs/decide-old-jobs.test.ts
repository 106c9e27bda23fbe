import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { decideOldJobs } from './decide-old-jobs.ts';
import type { KeptJobs } from './decide-old-jobs.ts';

const DAY_MS = 86_400_000;
const NOW = 2000 * DAY_MS;
const kept: KeptJobs = { days: 365, jobs: 4, hosts: 100, atLeastDays: 14 };

/** Days ago, and how many hosts; the first one is job 1. */
type Jobs = readonly (readonly [daysAgo: number, total: number])[];

const endedOf = (jobs: Jobs) =>
  jobs.map(([daysAgo, total], index) => ({ id: index + 1, endedAt: NOW - daysAgo * DAY_MS, total }));

const cases: readonly (readonly [what: string, jobs: Jobs, old: readonly number[]])[] = [
  ['nothing has ended', [], []],
  [
    'a year is over',
    [
      [366, 1],
      [365, 1],
    ],
    [1],
  ],
  [
    'there are more than so many',
    [
      [50, 1],
      [40, 1],
      [30, 1],
      [20, 1],
      [15, 1],
    ],
    [1],
  ],
  [
    'they had more hosts together than that',
    [
      [50, 10],
      [40, 60],
      [30, 90],
      [20, 1],
    ],
    [1, 2],
  ],
  [
    'whatever ended in the last days stays',
    [
      [13, 90],
      [12, 90],
      [11, 1],
      [10, 1],
      [9, 1],
      [8, 1],
    ],
    [],
  ],
  [
    'by when they ended, not by their numbers',
    [
      [20, 1],
      [400, 1],
      [30, 1],
    ],
    [2],
  ],
];

test('ended jobs are kept by days, by number and by hosts, and the newest days stay whole', () => {
  for (const [what, jobs, old] of cases) assert.deepEqual(decideOldJobs(endedOf(jobs), kept, NOW), old, what);
});

test('what stays is within its bounds, and nothing that ended later than what stays goes', () => {
  const job = fc.tuple(fc.integer({ min: 0, max: 800 }), fc.integer({ min: 0, max: 60 }));
  fc.assert(
    fc.property(fc.array(job), (jobs) => {
      const ended = endedOf(jobs);
      const old = new Set(decideOldJobs(ended, kept, NOW));
      const older = ended.filter(({ id, endedAt }) => !old.has(id) && NOW - endedAt > kept.atLeastDays * DAY_MS);
      const oldest = Math.min(...ended.filter(({ id }) => !old.has(id)).map(({ endedAt }) => endedAt));
      assert.ok(older.length <= kept.jobs);
      assert.ok(older.reduce((sum, { total }) => sum + total, 0) <= kept.hosts);
      for (const { id, endedAt } of ended) assert.ok(!old.has(id) || endedAt <= oldest, `job ${id}`);
    }),
  );
});
