import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { decideJob, soaksUntil } from './decide-job.ts';
import type { HostCounts, JobStep, JudgedJob } from './decide-job.ts';

const NOW = 1_800_000_000_000;

type Rings = readonly (HostCounts & { readonly openedAt?: number; readonly lastEndedAt?: number })[];

/** Rings from 0 on. */
function job(changes: Partial<JudgedJob>, rings: Rings): JudgedJob {
  const rollout = { answered: 1, soakSeconds: 0, failedShare: 0.2 };
  return {
    state: 'running',
    reason: '',
    ring: 1,
    budget: 10,
    pardoned: 0,
    rollout: { ...rollout, ...changes.rollout },
    ...changes,
    rings: rings.map(({ openedAt = null, lastEndedAt = null, ...counts }, ring) => {
      const total = Object.values(counts).reduce((sum, hosts) => sum + hosts, 0);
      return { ring, total, openedAt, lastEndedAt, counts };
    }),
  };
}

const rollout = (changes: Partial<JudgedJob['rollout']>): JudgedJob['rollout'] => ({
  answered: 1,
  soakSeconds: 0,
  failedShare: 0.2,
  ...changes,
});

const cases: readonly (readonly [what: string, Partial<JudgedJob>, Rings, JobStep | undefined])[] = [
  ['a draft', { state: 'draft' }, [{}, { waiting: 1 }], undefined],
  [
    'one that was approved begins',
    { state: 'approved' },
    [{}, { waiting: 1 }],
    { state: 'running', reason: '', opens: 1 },
  ],
  [
    'with its test hosts',
    { state: 'approved' },
    [{ waiting: 1 }, { waiting: 1 }],
    { state: 'running', reason: '', opens: 0 },
  ],
  ['a ring at work', {}, [{}, { done: 1, leased: 1 }, { waiting: 1 }], undefined],
  ['a ring that is over', {}, [{}, { done: 2 }, { waiting: 1 }], { reason: '', opens: 2 }],
  ['the next ring has no hosts', {}, [{}, { done: 2 }, {}, { waiting: 1 }], { reason: '', opens: 3 }],
  ['its hosts were refused', {}, [{}, { refused: 2 }, { waiting: 1 }], { reason: '', opens: 2 }],
  [
    'it is watched before the next one',
    { rollout: rollout({ soakSeconds: 60 }) },
    [{}, { done: 2, lastEndedAt: NOW - 59_000 }, { waiting: 1 }],
    undefined,
  ],
  [
    'it was watched',
    { rollout: rollout({ soakSeconds: 60 }) },
    [{}, { done: 2, lastEndedAt: NOW - 60_000 }, { waiting: 1 }],
    { reason: '', opens: 2 },
  ],
  [
    'some may stay away',
    { rollout: rollout({ answered: 0.5 }) },
    [{}, { done: 1, waiting: 1 }, { waiting: 1 }],
    { reason: '', opens: 2 },
  ],
  ['too few came', { rollout: rollout({ answered: 0.6 }) }, [{}, { done: 1, waiting: 1 }, { waiting: 1 }], undefined],
  [
    'a test host failed',
    { ring: 0 },
    [{ failed: 1 }, { waiting: 9 }],
    { state: 'halted', reason: '1 failed of its test hosts' },
  ],
  [
    'a test host that failed was pardoned',
    { ring: 0, pardoned: 1 },
    [{ failed: 1 }, { waiting: 9 }],
    { reason: '', opens: 1 },
  ],
  [
    'a failure after that of a test host that was pardoned',
    { pardoned: 1 },
    [{ failed: 1 }, { failed: 1, waiting: 9 }],
    undefined,
  ],
  ['below its budget', { budget: 3 }, [{}, { failed: 1, lost: 1, waiting: 9 }], undefined],
  [
    'at its budget',
    { budget: 3 },
    [{}, { failed: 2, lost: 1, waiting: 9 }],
    { state: 'halted', reason: '2 failed, 1 lost, and its budget is 3' },
  ],
  ['at its budget, and pardoned', { budget: 3, pardoned: 1 }, [{}, { failed: 3, waiting: 9 }], undefined],
  [
    'a fifth of those that ended',
    {},
    [{}, { failed: 1, done: 4, waiting: 9 }],
    { state: 'halted', reason: '1 failed of 5 that ended; it halts at 20 %' },
  ],
  ['a fifth of too few', {}, [{}, { failed: 1, done: 3, waiting: 9 }], undefined],
  ['less than a fifth', {}, [{}, { failed: 1, done: 5, waiting: 9 }], undefined],
  ['hosts that were refused say nothing', {}, [{}, { failed: 1, refused: 9, done: 2, waiting: 9 }], undefined],
  ['all are done', {}, [{}, { done: 3 }], { state: 'done', reason: '' }],
  [
    'all are at their end',
    { state: 'halted' },
    [{}, { done: 1, failed: 2 }],
    { state: 'done', reason: '2 of 3 hosts are not as wanted: 2 failed' },
  ],
  ['one is still at work', { state: 'halted' }, [{}, { done: 1, verifying: 1 }], undefined],
  ['a late answer', { state: 'done', reason: '1 lost' }, [{}, { done: 3 }], { state: 'done', reason: '' }],
  ['nothing new', { state: 'done' }, [{}, { done: 3 }], undefined],
  ['a job that was cancelled stays so', { state: 'cancelled' }, [{}, { skipped: 3 }], undefined],
];

suite('what becomes of a job', () => {
  for (const [what, changes, rings, step] of cases) {
    test(what, () => assert.deepEqual(decideJob(job(changes, rings), NOW), step));
  }
});

test('how long a ring is still watched, is told of the newest ring alone, and only if time is all that is missing', () => {
  const soak = { rollout: rollout({ soakSeconds: 60 }) };
  const ended = { done: 2, lastEndedAt: NOW - 20_000 };
  const until = (changes: Partial<JudgedJob>, rings: Rings, ring = 1) => soaksUntil(job(changes, rings), ring, NOW);
  assert.equal(until(soak, [{}, ended, { waiting: 1 }]), NOW + 40_000);
  assert.equal(until({}, [{}, ended, { waiting: 1 }]), null);
  assert.equal(until(soak, [{}, { ...ended, leased: 1 }, { waiting: 1 }]), null);
  assert.equal(until(soak, [{}, ended, {}]), null);
  assert.equal(until(soak, [{}, ended, { waiting: 1 }], 2), null);
  assert.equal(until({ ...soak, state: 'paused' }, [{}, ended, { waiting: 1 }]), null);
});
