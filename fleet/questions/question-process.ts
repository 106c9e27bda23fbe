// Questions, answered by a process with a connection of its own. In: where the store is. Out: a function that asks. Never: lets one
// question take for ever, or more than a few wait for it; a process that dies is told and replaced. It is no thread, as one that
// runs out of memory can take the server with it.
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { UserError } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import type { StorePlace } from '../store/open-store.ts';
import type { QuestionAnswer, QuestionRequest } from './question-program.ts';
import type { AskQuestion } from './questions.ts';

export type QuestionProcess = { readonly ask: AskQuestion; readonly close: () => Promise<void> };

export type QuestionProcessOptions = {
  readonly place: StorePlace;
  readonly log: Log;
  /** The longest that a question may take. */
  readonly limitMs?: number;
  /** Questions that are answered or wait for others; further ones are refused. */
  readonly mostWaiting?: number;
  readonly memoryMiB?: number;
};

const defaults = { limitMs: 30_000, mostWaiting: 50, memoryMiB: 512 };

/** The process is started by the first question. */
export function openQuestionProcess(options: QuestionProcessOptions): QuestionProcess {
  const { place, log, limitMs, mostWaiting, memoryMiB } = { ...defaults, ...options };
  let child: ChildProcess | undefined;
  let waiting = 0;
  let turn: Promise<unknown> = Promise.resolve();
  const takeChild = (): ChildProcess => {
    if (child?.connected === true) return child;
    child = startChild(memoryMiB);
    child.send({ place, limitMs } satisfies QuestionRequest);
    return child;
  };
  const askNow = async (request: QuestionRequest): Promise<unknown> => {
    try {
      return await askChild(takeChild(), request, limitMs);
    } catch (error) {
      if (error instanceof UnansweredError) {
        log.warn({ reason: String(error.cause) }, 'the process that answers questions is replaced');
        await end(child);
      }
      throw error;
    }
  };
  const ask = async (name: string, input: unknown): Promise<unknown> => {
    if (waiting >= mostWaiting) {
      throw new UserError('too many questions wait for an answer', { hint: 'ask again soon' });
    }
    waiting += 1;
    const answer = turn.then(() => askNow({ name, input } as QuestionRequest));
    turn = answer.catch(() => {}).finally(() => (waiting -= 1));
    return answer;
  };
  return {
    ask: ask as AskQuestion,
    close: async () => {
      await turn;
      await end(child);
    },
  };
}

/** The process cannot go on; the question has no answer. */
class UnansweredError extends UserError {
  override readonly name = 'UnansweredError';
}

function startChild(memoryMiB: number): ChildProcess {
  const child = fork(new URL('./question-program.ts', import.meta.url), [], {
    serialization: 'advanced',
    execArgv: ['--disable-warning=ExperimentalWarning', `--max-old-space-size=${memoryMiB}`],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  // It may die between two questions, and then the next one starts another.
  child.on('error', () => {});
  // A server that stops does not wait for it.
  child.unref();
  child.channel?.unref();
  return child;
}

async function end(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.ref();
  child.kill('SIGKILL');
  await ended;
}

async function askChild(child: ChildProcess, request: QuestionRequest, limitMs: number): Promise<unknown> {
  const said = await new Promise<QuestionAnswer>((resolve, reject) => {
    const give = (message: string, cause: unknown, hint: string): void => {
      stop();
      reject(new UnansweredError(message, { cause, hint }));
    };
    const late = (): void =>
      give(`the question took longer than ${limitMs / 1000} s`, 'time is over', 'a narrower question');
    const died = (reason: unknown, signal?: unknown): void =>
      give('the question was interrupted', signal ?? reason, 'ask again, or a narrower question');
    const answered = (answer: unknown): void => {
      stop();
      resolve(answer as QuestionAnswer);
    };
    const timer = setTimeout(late, limitMs);
    const stop = (): void => {
      clearTimeout(timer);
      child.off('message', answered).off('error', died).off('exit', died);
    };
    child.once('message', answered).once('error', died).once('exit', died);
    child.send(request);
  });
  if ('answer' in said) return said.answer;
  const { message, isForPeople, exitCode, hint } = said;
  if (!isForPeople) throw new Error(`a question about packages failed: ${message}`);
  throw new UserError(message, {
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(hint === undefined ? {} : { hint }),
  });
}
