// Files of a full install in a second thread. In: packs as they come. Out: their files, and what each is. Never: keeps the
// first thread waiting, but for its end; makes a thread wait that has nothing to do.
import type { BatchAnswer } from './lay-batch.ts';
import { encodeBatch, isForBatch, statInRow } from './lay-batch.ts';
import { failed } from './lay-file.ts';
import type { PackRead } from './plan-reads.ts';
import { startThread } from './start-thread.ts';
import type { PathStat } from './state.ts';

// One is being laid, one lies ready.
const IN_FLIGHT = 2;

type SecondThread = AsyncDisposable & {
  /** Takes what it can of a pack, if it is free for it; answers what is left for the caller. */
  readonly take: (reads: readonly PackRead[], raw: Uint8Array) => readonly PackRead[];
  /** Sends what was taken; from now on the bytes of the pack are the other thread's. */
  readonly hand: () => void;
  /** Waits until all is laid. @throws UserError that names the path that could not be */
  readonly finish: () => Promise<void>;
};

/** Starts the thread; `stats` gets what each of its files is. */
export function layInThread(root: string, stats: Map<string, PathStat>): SecondThread {
  const thread = startThread({ kind: 'lay-batches', root });
  let taken: { reads: readonly PackRead[]; raw: Uint8Array } | undefined;
  const underway = new Set<Promise<void>>();
  let fault: unknown;
  const settle = async (paths: readonly string[]): Promise<void> => {
    const answer = (await thread.receive()) as BatchAnswer;
    if ('failed' in answer) throw failed(answer.failed.path, new Error(answer.failed.message));
    for (const [row, path] of paths.entries()) stats.set(path, statInRow(answer.stats, row));
  };
  return {
    take: (reads, raw) => {
      if (fault !== undefined) throw fault;
      const mine = reads.filter(isForBatch);
      if (underway.size >= IN_FLIGHT || mine.length === 0) return reads;
      taken = { reads: mine, raw };
      return reads.filter((read) => !isForBatch(read));
    },
    hand: () => {
      if (taken === undefined) return;
      const batch = encodeBatch(taken.reads, taken.raw);
      taken = undefined;
      thread.send(batch, [batch.raw.buffer, batch.numbers.buffer]);
      const done: Promise<void> = settle(batch.paths)
        .catch((error: unknown) => void (fault ??= error))
        .finally(() => underway.delete(done));
      underway.add(done);
    },
    finish: async () => {
      await Promise.all(underway);
      if (fault !== undefined) throw fault;
    },
    [Symbol.asyncDispose]: async () => thread.stop(),
  };
}
