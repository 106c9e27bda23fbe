// What another thread does: the program that start-thread.ts starts. In: work that can be sent to a thread. Out: its
// answers as messages. Never: decides anything.
import { parentPort, workerData } from 'node:worker_threads';
import { areRowsUntouched } from '../compare/compare-rows.ts';
import type { RowComparison } from '../compare/compare-rows.ts';
import { layBatch } from '../full/lay-batch.ts';
import type { BatchAnswer, FileBatch } from '../full/lay-batch.ts';

/** What can be given to a thread: a comparison that has one answer, or batches of files, which then come as messages. */
export type ThreadWork =
  | { readonly kind: 'compare-rows'; readonly comparison: RowComparison }
  | { readonly kind: 'lay-batches' };

const work = workerData as ThreadWork;
if (work.kind === 'compare-rows') parentPort?.postMessage(areRowsUntouched(work.comparison, 1), []);
else {
  parentPort?.on('message', (batch: FileBatch) => {
    const answer = layBatch(batch);
    parentPort?.postMessage(answer, 'stats' in answer ? buffersOf(answer) : []);
  });
}

function buffersOf({ stats, raw }: Extract<BatchAnswer, { stats: unknown }>): ArrayBuffer[] {
  return raw === undefined ? [stats.buffer] : [stats.buffer, raw.buffer];
}
