import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { JobHostState } from '../../contract/fleet/jobs/job.ts';
import type { OrderResult } from '../../contract/fleet/jobs/order-report.ts';
import type { Message } from '../../contract/fleet/tasks.ts';
import { emptyResult } from '../testing/job-host.ts';
import { decideAnswer } from './decide-answer.ts';

const numbers = { seq: 1, task: 1 };
const ended = (result: Partial<OrderResult>): Message => ({
  ...numbers,
  kind: 'order-ended',
  result: { ...emptyResult, ...result },
});
const at = (step: 'waiting' | 'downloading' | 'applying' | 'verifying'): Message => ({
  ...numbers,
  kind: 'order-progress',
  progress: { step, text: 'words' },
});
const failed: Message = { ...numbers, kind: 'failed', message: 'it has no executor' };
const ill = [{ name: 'web', ok: false, text: 'answers 500' }];
const awaited = 'it says done; its next inventory is awaited';

const cases: readonly (readonly [JobHostState, Message, what: string, after: string])[] = [
  ['leased', at('waiting'), 'waits on the host', 'leased: words'],
  ['leased', at('applying'), 'has begun', 'applying: words'],
  ['applying', at('downloading'), 'a word that was overtaken', ''],
  ['lost', at('applying'), 'a lost host still works', ''],
  ['done', at('applying'), 'a word after the end', ''],
  ['applying', ended({}), 'done', `verifying: ${awaited}`],
  ['leased', ended({}), 'done, and all words before were lost', `verifying: ${awaited}`],
  ['lost', ended({}), 'done, late', `lost: it was late: ${awaited}`],
  ['applying', ended({ outcome: 'failed', text: 'dpkg: error' }), 'failed', 'failed: dpkg: error'],
  ['lost', ended({ outcome: 'failed', text: 'dpkg: error' }), 'failed, late', 'failed: dpkg: error'],
  ['leased', ended({ outcome: 'refused', text: 'expired' }), 'refused', 'refused: expired'],
  ['leased', ended({ outcome: 'missed', text: 'over' }), 'its window was over', 'waiting: over'],
  ['lost', ended({ outcome: 'missed', text: 'over' }), 'the same, late', 'waiting: over'],
  ['applying', ended({ health: ill }), 'done, and ill', 'failed: the health check web says: answers 500'],
  ['applying', ended({ outcome: 'simulated' }), 'only simulated', 'failed: it simulated its order and changed nothing'],
  ['leased', failed, 'no executor', 'refused: it has no executor'],
  ['applying', failed, 'an executor that went away', 'failed: it has no executor'],
  ['failed', ended({}), 'done after failed', ''],
  ['skipped', ended({}), 'done after skipped', ''],
  ['waiting', ended({}), 'done without an order', ''],
  ['leased', { ...numbers, kind: 'refreshed' }, 'has looked again', `verifying: ${awaited}`],
];

suite("what a host's word means", () => {
  for (const [state, message, what, after] of cases) {
    test(`${state}: ${what}`, () => {
      const step = decideAnswer(state, message);
      assert.equal(step === undefined ? '' : `${step.state}: ${step.reason}`, after);
    });
  }
});
