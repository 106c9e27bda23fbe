// A store that was restored from a backup, and a host that goes on where it was.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { enrol } from '../enrolment/enrol.ts';
import { addTask } from '../hosts/host-tasks.ts';
import { checkInWith, makeTestHost } from '../testing/simulated-host.ts';
import { openTestFleet } from '../testing/test-fleet.ts';
import { answerCheckIn } from './answer-check-in.ts';
import type { Outcome } from './outcome.ts';

const cleanup = new AsyncDisposableStack();
after(() => cleanup.disposeAsync());
const { fleet, clock, token: siteToken } = await openTestFleet(cleanup);
const { store } = fleet;

const answerOf = <T>(outcome: Outcome<T>): T => {
  assert.ok('answer' in outcome, JSON.stringify(outcome));
  return outcome.answer;
};

async function newHost(name: string) {
  const { id, publicKey } = makeTestHost(name);
  const { token = '' } = answerOf(await enrol(fleet, { v: 1, name, publicKey, token: siteToken }));
  const checkIn = async (shown: string, more: Parameters<typeof checkInWith>[1]) =>
    answerOf(await answerCheckIn(fleet, { hostId: id }, checkInWith(shown, more)));
  return { id, token, checkIn };
}

const add = (hostId: string): Promise<number> =>
  store.transaction((transaction) =>
    addTask(store, transaction, { hostId, task: { kind: 'refresh' }, by: 'test', at: clock.ms }),
  );

const stateOf = async (id: number): Promise<string> =>
  (await store.queries.selectFrom('tasks').select('state').where('id', '=', id).executeTakeFirstOrThrow()).state;

test('a task of a restored store gets a number that the host has not seen, and is answered by it', async () => {
  const host = await newHost('restored');
  const task = await add(host.id);
  const { token, tasks } = await host.checkIn(host.token, { ack: 7 });
  assert.deepEqual(tasks, [{ kind: 'refresh', seq: 8 }]);
  const message = { seq: 1, task: 8, kind: 'refreshed' } as const;
  const answer = await host.checkIn(token, { ack: 8, messages: [message] });
  assert.deepEqual([answer.ack, answer.tasks, await stateOf(task)], [1, undefined, 'done']);
  const later = await add(host.id);
  assert.deepEqual((await host.checkIn(answer.token, { ack: 8 })).tasks, [{ kind: 'refresh', seq: 9 }]);
  assert.equal(await stateOf(later), 'waiting');
});

test('messages that a restored store has forgotten leave a gap, and the next ones are taken', async () => {
  const host = await newHost('gap');
  const task = await add(host.id);
  const { token } = await host.checkIn(host.token, {});
  const message = { seq: 11, task: 1, kind: 'failed', message: 'locked' } as const;
  const answer = await host.checkIn(token, { ack: 1, messages: [{ ...message, seq: 12, task: 99 }, message] });
  assert.deepEqual([answer.ack, await stateOf(task)], [12, 'failed']);
});
