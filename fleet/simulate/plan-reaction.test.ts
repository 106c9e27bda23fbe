import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CheckInAnswer } from '../../contract/fleet/check-in.ts';
import { messageSchema } from '../../contract/fleet/tasks.ts';
import type { NewTask } from '../../contract/fleet/tasks.ts';
import { planReaction, quietBehaviour } from './plan-reaction.ts';

const answer: CheckInAnswer = { v: 1, token: '2.aaaaaaaaaaaaaaaaaaaaaa', ack: 0, next: 1800 };
const plan = (more: Partial<CheckInAnswer>, { putDown = 0, failures = 0, chance = 0.5 } = {}) =>
  planReaction({ ...answer, ...more }, putDown, {
    behaviour: { ...quietBehaviour, failures },
    chance: () => chance,
  });

test('without news, a host comes again when the server says so', () => {
  assert.deepEqual(plan({}), {
    documents: [],
    messages: [],
    orders: [],
    waitSeconds: 1800,
    again: false,
  });
});

test('what is wanted is sent', () => {
  assert.deepEqual(plan({ want: [{ document: 'facts' }] }).documents, [{ document: 'facts' }]);
});

const tasks: readonly NewTask[] = [
  { kind: 'refresh' },
  { kind: 'files', package: 'ssh' },
  { kind: 'details', package: 'ssh' },
];
for (const task of tasks) {
  test(`the task ${task.kind} is answered as the contract says, or fails in words`, () => {
    const { messages, putDown, again } = plan({ tasks: [{ ...task, seq: 4 }] });
    assert.deepEqual([putDown, again], [4, true]);
    const message = messageSchema.parse(messages[0]?.(9));
    assert.deepEqual([message.seq, message.task, message.kind === 'failed'], [9, 4, false]);
    const failed = plan({ tasks: [{ ...task, seq: 4 }] }, { failures: 0.6 }).messages[0]?.(1);
    assert.equal(messageSchema.parse(failed).kind, 'failed');
  });
}

test('a task that comes twice is answered once', () => {
  const twice = plan({ tasks: [{ kind: 'refresh', seq: 3 }] }, { putDown: 3 });
  assert.deepEqual([twice.messages, twice.again, twice.putDown], [[], false, undefined]);
});

test('an order is put down, once, and answered by whoever carries it out', () => {
  const order = { order: '{}', signature: 'x'.repeat(86) };
  const tasks = [{ kind: 'order' as const, order, seq: 4 }];
  const { orders, messages, putDown, again } = plan({ tasks }, { failures: 1 });
  assert.deepEqual([orders, messages, putDown, again], [tasks, [], 4, false]);
  assert.deepEqual(plan({ tasks }, { putDown: 4 }).orders, []);
});
