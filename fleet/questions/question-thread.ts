// Questions, answered by a thread with a connection of its own. In: where the store is. Out: a function that asks. Never: lets one
// question take for ever, or more than a few wait for it; a thread that dies is told and replaced.
import { Worker } from 'node:worker_threads';
import { UserError } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import type { StorePlace } from '../store/open-store.ts';
import type { ThreadAnswer, ThreadData, ThreadRequest } from './question-thread-program.ts';
import type { AskQuestion } from './questions.ts';

export type QuestionThread = { readonly ask: AskQuestion; readonly close: () => Promise<void> };

export type QuestionThreadOptions = {
  readonly place: StorePlace;
  readonly log: Log;
  /** The longest that a question may take. */
  readonly limitMs?: number;
  /** Questions that wait for others; further ones are refused. */
  readonly mostWaiting?: number;
  readonly memoryMiB?: number;
};

const defaults = { limitMs: 30_000, mostWaiting: 50, memoryMiB: 512 };

/** The thread is started by the first question. */
export function openQuestionThread(options: QuestionThreadOptions): QuestionThread {
  const { place, log, limitMs, mostWaiting, memoryMiB } = { ...defaults, ...options };
  let worker: Worker | undefined;
  let waiting = 0;
  let turn: Promise<unknown> = Promise.resolve();
  const takeWorker = (): Worker => (worker ??= startWorker({ place, limitMs }, memoryMiB));
  const replace = async (reason: unknown): Promise<void> => {
    const old = worker;
    worker = undefined;
    log.warn({ reason: String(reason) }, 'the thread that answers questions has ended, and is replaced');
    await old?.terminate();
  };
  const askNow = async (request: ThreadRequest): Promise<unknown> => {
    try {
      return await askWorker(takeWorker(), request, limitMs);
    } catch (error) {
      if (error instanceof UnansweredError) await replace(error.cause);
      throw error;
    }
  };
  const ask = async (name: ThreadRequest['name'], input: unknown): Promise<unknown> => {
    if (waiting >= mostWaiting)
      throw new UserError('too many questions wait for an answer', { hint: 'ask again soon' });
    waiting += 1;
    const answer = turn.then(() => askNow({ name, input }));
    turn = answer.catch(() => {}).finally(() => (waiting -= 1));
    return answer;
  };
  return {
    ask: ask as AskQuestion,
    close: async () => {
      await turn;
      await worker?.terminate();
    },
  };
}

/** The thread cannot go on; the question has no answer. */
class UnansweredError extends UserError {
  override readonly name = 'UnansweredError';
}

function startWorker(data: ThreadData, memoryMiB: number): Worker {
  const worker = new Worker(new URL('./question-thread-program.ts', import.meta.url), {
    workerData: data,
    resourceLimits: { maxOldGenerationSizeMb: memoryMiB },
  });
  // It may die between two questions, and then the next one finds it so.
  worker.on('error', () => {});
  // A server that stops does not wait for it.
  worker.unref();
  return worker;
}

async function askWorker(worker: Worker, request: ThreadRequest, limitMs: number): Promise<unknown> {
  const said = await new Promise<ThreadAnswer>((resolve, reject) => {
    const give = (message: string, cause: unknown, hint: string): void => {
      stop();
      reject(new UnansweredError(message, { cause, hint }));
    };
    const late = (): void =>
      give(
        `the question took longer than ${limitMs / 1000} s`,
        'time is over',
        'a narrower question, or a busy server later',
      );
    const died = (reason: unknown): void => give('the question was interrupted', reason, 'ask again');
    const answered = (answer: ThreadAnswer): void => {
      stop();
      resolve(answer);
    };
    const timer = setTimeout(late, limitMs);
    const stop = (): void => {
      clearTimeout(timer);
      worker.off('message', answered).off('error', died).off('exit', died);
    };
    worker.once('message', answered).once('error', died).once('exit', died);
    worker.postMessage(request, []);
  });
  if ('answer' in said) return said.answer;
  const { message, isForPeople, exitCode, hint } = said;
  if (!isForPeople) throw new Error(`a question about packages failed: ${message}`);
  throw new UserError(message, {
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(hint === undefined ? {} : { hint }),
  });
}
