import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { test } from 'node:test';
import { createPacketQueue } from './packet-queue.ts';

test('some are answered in each turn, in order; of too many the oldest are dropped and counted', async () => {
  const answered: number[] = [];
  const queue = createPacketQueue<number>({ most: 10, inOneTurn: 4, answer: (packet) => void answered.push(packet) });
  for (let packet = 0; packet < 15; packet += 1) queue.push(packet);
  assert.deepEqual([answered, queue.dropped()], [[], 5]);
  await turn();
  assert.deepEqual(answered, [5, 6, 7, 8]);
  queue.push(15);
  await turn();
  await turn();
  assert.deepEqual(answered, [5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
  queue.push(16);
  await turn();
  assert.deepEqual([answered.at(-1), queue.dropped()], [16, 5]);
});
