// The thread that answers questions, so that check-ins are not kept waiting. In: messages of question-thread.ts, one at a time.
// Out: an answer or an error for each. Never: writes.
import { parentPort, workerData } from 'node:worker_threads';
import { UserError } from '../../lib/errors.ts';
import { openForReading } from '../store/open-for-reading.ts';
import type { StorePlace } from '../store/open-store.ts';
import { askHere } from './questions.ts';
import type { QuestionName } from './questions.ts';

export type ThreadData = { readonly place: StorePlace; readonly limitMs: number };
export type ThreadRequest = { readonly name: QuestionName; readonly input: unknown };
export type ThreadAnswer =
  | { readonly answer: unknown }
  | { readonly message: string; readonly isForPeople: boolean; readonly exitCode?: 1 | 2 | 3; readonly hint?: string };

const { place, limitMs } = workerData as ThreadData;
const ask = askHere(openForReading(place, 2 * limitMs));

parentPort?.on('message', ({ name, input }: ThreadRequest) => {
  void ask(name, input as never)
    .then((answer): ThreadAnswer => ({ answer }), describe)
    .then((said) => parentPort?.postMessage(said, []));
});

function describe(error: unknown): ThreadAnswer {
  if (!(error instanceof UserError)) {
    return { message: error instanceof Error ? (error.stack ?? error.message) : String(error), isForPeople: false };
  }
  const { message, exitCode, hint } = error;
  return { message, isForPeople: true, exitCode, ...(hint === undefined ? {} : { hint }) };
}
