// The process that answers questions. In: messages of question-process.ts, first where the store is, then questions, one at a time.
// Out: an answer or an error for each. Never: writes; outlives the server.
import { getPriority, setPriority } from 'node:os';
import { UserError } from '../../lib/errors.ts';
import { openForReading } from '../store/open-for-reading.ts';
import type { StorePlace } from '../store/open-store.ts';
import { askHere } from './questions.ts';
import type { AskQuestion, QuestionName } from './questions.ts';

export type QuestionRequest =
  | { readonly place: StorePlace; readonly limitMs: number }
  | { readonly name: QuestionName; readonly input: unknown };

export type QuestionAnswer =
  | { readonly answer: unknown }
  | { readonly message: string; readonly isForPeople: boolean; readonly exitCode?: 1 | 2 | 3; readonly hint?: string };

/** Hosts that check in go first. */
const NICENESS = 5;

// A server that was started with less may not give more.
setPriority(Math.max(NICENESS, getPriority()));
process.on('disconnect', () => process.exit());

let ask: AskQuestion | undefined;

process.on('message', (request: QuestionRequest) => {
  if ('place' in request) {
    ask = askHere(openForReading(request.place, 2 * request.limitMs));
    return;
  }
  const answer = ask?.(request.name, request.input as never) ?? Promise.reject(new Error('no store was named'));
  void answer.then((said): QuestionAnswer => ({ answer: said }), describe).then((said) => process.send?.(said));
});

function describe(error: unknown): QuestionAnswer {
  if (!(error instanceof UserError)) {
    return { message: error instanceof Error ? (error.stack ?? error.message) : String(error), isForPeople: false };
  }
  const { message, exitCode, hint } = error;
  return { message, isForPeople: true, exitCode, ...(hint === undefined ? {} : { hint }) };
}
