// Files of a full install in other threads. In: packs, in their order, as they are fetched. Out: their plain files, and
// of each what it is; of the others the bytes. Never: more than a few packs on their way; a later pack's answer before an
// earlier one's.
import type { Fetcher } from '../contents/fetch.ts';
import { WrongBytesError, fetchBytes } from '../contents/fetch.ts';
import type { BatchAnswer, FileBatch } from './lay-batch.ts';
import { encodeBatch, isForBatch, statInRow } from './lay-batch.ts';
import { failed } from './lay-file.ts';
import type { PackRead, PackReads } from '../contents/plan-reads.ts';
import { startThread } from './start-thread.ts';
import type { Thread } from './start-thread.ts';
import type { PathStat } from '../tree/path-stat.ts';

/** One pack: what was laid down of it, and what its bytes are still needed for. */
export type LaidPack = {
  readonly laid: readonly PackRead[];
  /** What each of them is now. */
  readonly statOf: (index: number) => PathStat;
  readonly rest: readonly PackRead[];
  /** Of the pack; empty where there is no rest. */
  readonly raw: Uint8Array;
};

export type LayThreads = AsyncDisposable & {
  /**
   * Below a directory, by its real path. The first packs are on their way when it returns.
   * @throws WrongBytesError as fetchPack does; UserError that names the path that could not be laid down
   */
  readonly lay: (root: string, plan: readonly PackReads[], fetcher: Fetcher) => AsyncIterable<LaidPack>;
};

// Besides those that threads work on: fetched and waiting.
const AHEAD = 3;

// Two that open packs and write files, while the first one fetches and keeps the books.
const COUNT = 2;

/** Starts threads, which takes them a while; disposing of it ends them. */
export function startLayThreads(): LayThreads {
  const threads = Array.from({ length: COUNT }, startThread);
  const idle = [...threads];
  const waiting: ((thread: Thread) => void)[] = [];
  const release = (thread: Thread): void => {
    const next = waiting.shift();
    if (next === undefined) idle.push(thread);
    else next(thread);
  };
  const acquire = async (): Promise<Thread> => idle.shift() ?? (await new Promise((resolve) => waiting.push(resolve)));
  const layOne = async (root: string, work: PackReads, fetcher: Fetcher): Promise<LaidPack> => {
    const { pack, reads } = work;
    const stored = await fetchBytes(fetcher, `packs/${pack.sha256}`);
    const laid = reads.filter(isForBatch);
    const rest = laid.length === reads.length ? [] : reads.filter((read) => !isForBatch(read));
    const batch = encodeBatch(laid, { root, stored, pack, wantsRaw: rest.length > 0 });
    const thread = await acquire();
    const answer = await askThread(thread, batch).finally(() => release(thread));
    if ('wrong' in answer) {
      const { message, hint } = answer.wrong;
      throw new WrongBytesError(message, hint === undefined ? {} : { hint });
    }
    if ('failed' in answer) throw failed(answer.failed.path, new Error(answer.failed.message));
    const { stats, raw = new Uint8Array() } = answer;
    return { laid, statOf: (index) => statInRow(stats, index), rest, raw };
  };
  return {
    lay: (root, plan, fetcher) => {
      const underway: Promise<LaidPack>[] = [];
      let next = 0;
      const start = () => {
        const work = plan[next];
        next += 1;
        if (work === undefined) return;
        const one = layOne(root, work, fetcher);
        // It is waited for in its turn; until then its error is nobody's.
        one.catch(() => undefined);
        underway.push(one);
      };
      for (let index = 0; index < COUNT + AHEAD; index += 1) start();
      return inTurn(underway, start);
    },
    [Symbol.asyncDispose]: async () => void (await Promise.all(threads.map(async (thread) => thread.stop()))),
  };
}

async function* inTurn<T>(underway: Promise<T>[], onNext: () => void): AsyncGenerator<T> {
  for (let one = underway.shift(); one !== undefined; one = underway.shift()) {
    const done = await one;
    onNext();
    yield done;
  }
}

async function askThread(thread: Thread, batch: FileBatch): Promise<BatchAnswer> {
  thread.send(batch, [batch.stored.buffer, batch.numbers.buffer]);
  return (await thread.receive()) as BatchAnswer;
}
