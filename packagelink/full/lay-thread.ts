// What another thread of a full install does: the program that start-thread.ts starts. In: batches of files, as messages.
// Out: an answer to each. Never: decides anything.
import { parentPort } from 'node:worker_threads';
import { layBatch } from './lay-batch.ts';
import type { BatchAnswer, FileBatch } from './lay-batch.ts';

parentPort?.on('message', (batch: FileBatch) => {
  const answer = layBatch(batch);
  parentPort?.postMessage(answer, 'stats' in answer ? buffersOf(answer) : []);
});

function buffersOf({ stats, raw }: Extract<BatchAnswer, { stats: unknown }>): ArrayBuffer[] {
  return raw === undefined ? [stats.buffer] : [stats.buffer, raw.buffer];
}
