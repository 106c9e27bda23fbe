// What a host's message means for its place in a job. In: the state that it is in, the message. Out: the state after it, or none
// where the message changes nothing. Never: I/O; believes that it is done (decide-verified.ts).
import { openStates } from '../../contract/fleet/jobs/job.ts';
import type { JobHostState } from '../../contract/fleet/jobs/job.ts';
import type { OrderProgress, OrderResult } from '../../contract/fleet/jobs/order-report.ts';
import type { Message } from '../../contract/fleet/tasks.ts';

export type AnswerStep = {
  readonly state: JobHostState;
  /** In words. */
  readonly reason: string;
  /** The host has ended its order; of a host that is done, the inventory is still to agree. */
  readonly result?: OrderResult;
};

export const isOpen = (state: JobHostState): boolean => (openStates as readonly JobHostState[]).includes(state);

/** @param state of the host within the job */
export function decideAnswer(state: JobHostState, message: Message): AnswerStep | undefined {
  // Whatever comes after the end is a copy, or is late; but a lost host's own words count.
  if (!isOpen(state) && state !== 'lost') return undefined;
  if (message.kind === 'order-progress') return decideProgress(state, message.progress);
  if (message.kind === 'order-ended') return decideEnd(state, message.result);
  if (message.kind === 'refreshed') return decideEnd(state, { ...NOTHING_TO_SAY, outcome: 'done' });
  // Nobody has begun it: such a host has no executor, or could not give it the order.
  if (message.kind === 'failed') return { state: state === 'leased' ? 'refused' : 'failed', reason: message.message };
  return undefined;
}

/** It only goes on; a word that was overtaken by a later one changes nothing. */
function decideProgress(state: JobHostState, { step, text }: OrderProgress): AnswerStep | undefined {
  const next = step === 'waiting' ? 'leased' : step;
  const places: readonly JobHostState[] = openStates;
  if (!isOpen(state) || places.indexOf(next) < places.indexOf(state)) return undefined;
  return { state: next, reason: text };
}

function decideEnd(state: JobHostState, result: OrderResult): AnswerStep {
  const { outcome, text, health } = result;
  const ill = health.find(({ ok }) => !ok);
  // It has changed nothing, so whoever was lost is found; the next window is its next turn.
  if (outcome === 'missed') return { state: 'waiting', reason: text, result };
  if (outcome === 'refused') return { state: 'refused', reason: text, result };
  if (outcome === 'simulated') return { state: 'failed', reason: 'it simulated its order and changed nothing', result };
  if (outcome === 'failed') return { state: 'failed', reason: text === '' ? 'it failed' : text, result };
  if (ill !== undefined) return { state: 'failed', reason: `the health check ${ill.name} says: ${ill.text}`, result };
  const awaited = 'it says done; its next inventory is awaited';
  // No lease is open for it, and none is opened: others may be at work in its place.
  return state === 'lost'
    ? { state, reason: `it was late: ${awaited}`, result }
    : { state: 'verifying', reason: awaited, result };
}

const NOTHING_TO_SAY: Omit<OrderResult, 'outcome'> = {
  text: '',
  changes: [],
  keptConfiguration: [],
  recovered: false,
  health: [],
  output: '',
};
