import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { decideWait, describeNextCheckIn } from './decide-wait.ts';
import type { WaitingHost } from './decide-wait.ts';

const noWindow = { windowFrom: null, ordersFrom: null, windowTo: null, windowZone: null };
const night = { windowFrom: 10_000_000, ordersFrom: 9_000_000, windowTo: 20_000_000, windowZone: 'UTC' };
const good: WaitingHost = {
  job: { state: 'running', ring: 1, openLeases: 2, budget: 3, ...noWindow },
  ring: 1,
  host: { state: 'enrolled', lastSeenAt: 1, clockOffset: 0, hasLists: true, isInSync: true },
  otherJob: undefined,
  nowMs: 0,
};
const job = (changes: Partial<WaitingHost['job']>): Partial<WaitingHost> => ({ job: { ...good.job, ...changes } });
const host = (changes: Partial<WaitingHost['host']>): Partial<WaitingHost> => ({ host: { ...good.host, ...changes } });

const cases: readonly (readonly [Partial<WaitingHost>, says: string | undefined])[] = [
  [{}, undefined],
  [job({ state: 'planned' }), 'the job waits for an approval'],
  [job({ state: 'halted' }), 'the job has halted'],
  [host({ state: 'quarantined' }), 'it is quarantined'],
  [{ ring: 2 }, 'its turn comes with ring 2, and ring 1 is open'],
  [{ ring: 0 }, undefined],
  [host({ lastSeenAt: null }), 'it has not checked in yet'],
  [host({ clockOffset: 82_800 }), 'its clock is 23 hours ahead'],
  [host({ clockOffset: -301 }), 'its clock is 5 minutes behind'],
  [host({ clockOffset: 300 }), undefined],
  [host({ hasLists: false, isInSync: false }), 'it has not reported its lists yet'],
  [host({ isInSync: false }), 'its new lists are on their way'],
  [{ otherJob: 7 }, 'job 7 is at work on it'],
  [job(night), 'its window, which opens Thu 1970-01-01 02:46 UTC'],
  [{ ...job(night), nowMs: 8_999_999 }, 'its window, which opens Thu 1970-01-01 02:46 UTC'],
  [{ ...job(night), nowMs: 9_000_000 }, undefined],
  [{ ...job(night), nowMs: 19_999_999 }, undefined],
  [{ ...job(night), nowMs: 20_000_000 }, 'its window'],
  [{ ...job({ ...night, state: 'paused' }), nowMs: 0 }, 'the job is paused'],
  [job({ openLeases: 3 }), '3 hosts are at work, as many as the budget allows'],
];

suite('what a host waits for', () => {
  for (const [changes, says] of cases) {
    test(says ?? `nothing: ${JSON.stringify(changes)}`, () => assert.equal(decideWait({ ...good, ...changes }), says));
  }
});

test('its next check-in is named with its time', () => {
  const at = Date.UTC(2027, 0, 2, 3, 4);
  assert.equal(describeNextCheckIn({ nextDueAt: at }, at), 'its check-in, which is due at 2027-01-02 03:04 UTC');
  assert.equal(describeNextCheckIn({ nextDueAt: at }, at + 1), 'its check-in, which was due at 2027-01-02 03:04 UTC');
});
