// Messages from the time they are made until the server has acknowledged them. In: the state directory. Out: messages, oldest
// first. Never: gives a number to two messages.
import { messageSchema } from '../../contract/fleet/tasks.ts';
import type { Message } from '../../contract/fleet/tasks.ts';
import { dropNumbered, listNumbers, putNumbered, readNumbered } from '../state/numbered-files.ts';
import type { StatePaths } from '../state/state-paths.ts';

/** As many as one check-in takes. */
const AT_ONCE = 50;
/** Of one check-in, unpacked. */
const MAX_BYTES = 12 * 1024 * 1024;

export const listOutbox = (paths: StatePaths): number[] => listNumbers(paths.outbox);

export const putMessage = (paths: StatePaths, message: Message): void => putNumbered(paths.outbox, message);

export const readOutbox = (paths: StatePaths): Message[] => readNumbered(paths.outbox, messageSchema);

/** Those that go with the next check-in: one at least, if there are any. */
export function readMessages(paths: StatePaths): Message[] {
  const chosen: Message[] = [];
  let bytes = 0;
  for (const message of readOutbox(paths).slice(0, AT_ONCE)) {
    bytes += JSON.stringify(message).length;
    if (chosen.length > 0 && bytes > MAX_BYTES) break;
    chosen.push(message);
  }
  return chosen;
}

export function dropAcknowledged(paths: StatePaths, ack: number): void {
  for (const seq of listOutbox(paths)) if (seq <= ack) dropNumbered(paths.outbox, seq);
}

/** The task is answered all the same, with the reason. */
export function replaceRefused(paths: StatePaths, messages: readonly Message[], why: string): void {
  for (const { seq, task } of messages) putMessage(paths, { seq, task, kind: 'failed', message: why.slice(0, 2000) });
}
