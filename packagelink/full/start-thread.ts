// Another thread of this process, which runs lay-thread.ts. In: messages for it. Out: its answers. Never: lets one that broke
// pass for one that is slow; keeps a process from its end.
import { Worker } from 'node:worker_threads';
import type { Transferable } from 'node:worker_threads';

/** The text of lay-thread.ts with all it imports; esbuild puts it into a program that is a single file. */
declare const THREAD_PROGRAM: string | undefined;

export type Thread = {
  /** What is transferred is no longer the sender's. */
  readonly send: (message: unknown, transfer?: readonly Transferable[]) => void;
  /** The next message of the thread. @throws what the thread threw, or an Error when it has ended */
  readonly receive: () => Promise<unknown>;
  /** Ends it, whatever it is doing. */
  readonly stop: () => Promise<void>;
};

/** Starts a thread; the caller stops it. */
export function startThread(): Thread {
  const worker =
    typeof THREAD_PROGRAM === 'string'
      ? new Worker(THREAD_PROGRAM, { eval: true })
      : new Worker(new URL('./lay-thread.ts', import.meta.url));
  const messages: unknown[] = [];
  const waiting: PromiseWithResolvers<unknown>[] = [];
  let end: Error | undefined;
  const fail = (error: Error) => {
    end ??= error;
    for (const { reject } of waiting.splice(0)) reject(end);
  };
  worker.on('message', (message: unknown) => {
    const first = waiting.shift();
    if (first === undefined) messages.push(message);
    else first.resolve(message);
  });
  worker.on('error', fail);
  worker.on('exit', (code) => fail(new Error(`a thread ended with exit code ${code}`)));
  return {
    send: (message, transfer = []) => worker.postMessage(message, transfer),
    receive: async () => {
      if (messages.length > 0) return messages.shift();
      if (end !== undefined) throw end;
      const next = Promise.withResolvers<unknown>();
      waiting.push(next);
      return await next.promise;
    },
    stop: async () => void (await worker.terminate()),
  };
}
