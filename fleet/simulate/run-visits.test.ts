import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { test } from 'node:test';
import { createDueQueue } from './due-queue.ts';
import { runVisits } from './run-visits.ts';

const { signal } = new AbortController();
const now = (): number => performance.now();

function queueOf(hosts: number, due: number) {
  const queue = createDueQueue(hosts);
  for (let host = 0; host < hosts; host += 1) queue.add(host, due);
  return queue;
}

test('every host comes once, and never more at once than may', async () => {
  const visits = new Map<number, number>();
  let [underWay, most] = [0, 0];
  const visit = async (host: number): Promise<undefined> => {
    most = Math.max(most, (underWay += 1));
    await nextTurn();
    underWay -= 1;
    visits.set(host, (visits.get(host) ?? 0) + 1);
  };
  const waiting = await runVisits({ queue: queueOf(50, 0), visit, atOnce: 4, now, endMs: Infinity, signal });
  assert.deepEqual([waiting, most, visits.size, new Set(visits.values())], [0, 4, 50, new Set([1])]);
});

test('a host that is due again comes again, until the end', async () => {
  const clock = { ms: 0 };
  const dues: number[] = [];
  const visit = (_: number, dueMs: number): Promise<number> => {
    dues.push(dueMs);
    clock.ms += 10;
    return Promise.resolve(dueMs + 10);
  };
  await runVisits({ queue: queueOf(1, 0), visit, atOnce: 1, now: () => clock.ms, endMs: 40, signal });
  assert.deepEqual(dues, [0, 10, 20, 30]);
});

test('whoever was due and had no turn is counted, and those under way end', async () => {
  const clock = { ms: 0 };
  let ended = 0;
  const visit = async (): Promise<undefined> => {
    for (; clock.ms < 10; clock.ms += 1) await nextTurn();
    ended += 1;
  };
  const waiting = await runVisits({ queue: queueOf(5, 0), visit, atOnce: 2, now: () => clock.ms, endMs: 10, signal });
  assert.deepEqual([waiting, ended], [3, 2]);
});

test('a visit that fails is a mistake of the program, and is told', async () => {
  const visit = (): Promise<undefined> => Promise.reject(new Error('mistake'));
  const run = runVisits({ queue: queueOf(1, 0), visit, atOnce: 1, now, endMs: Infinity, signal });
  await assert.rejects(run, /mistake/);
});
