// Tasks from the time they come until they are answered. In: tasks of the server. Out: messages in the outbox.
// Never: acknowledges a task that is not on the disk; answers one twice.
import { taskSchema } from '../../contract/fleet/tasks.ts';
import type { Message, Task } from '../../contract/fleet/tasks.ts';
import { isSystemError } from '../../lib/when-missing.ts';
import { makeAnswer } from '../look/make-answer.ts';
import { readLedger, writeLedger } from '../state/ledger.ts';
import { dropNumbered, listNumbers, putNumbered, readNumbered } from '../state/numbered-files.ts';
import type { StatePaths } from '../state/state-paths.ts';
import type { HostContext } from './host-context.ts';
import { forgetLook } from './current-look.ts';
import { listOutbox, putMessage, readOutbox } from './outbox.ts';

/** Tasks and answers that are on this host; the server keeps the rest until there is room. */
const MAX_WAITING = 200;

export const hasTasks = (paths: StatePaths): boolean => listNumbers(paths.inbox).length > 0;

/**
 * Puts down what is new. What a full disk does not take is not acknowledged, and comes again.
 * @returns the number of the last task that is on the disk
 */
export function putDownTasks(paths: StatePaths, putDown: number, tasks: readonly Task[]): number {
  let last = putDown;
  let room = MAX_WAITING - listNumbers(paths.inbox).length - listOutbox(paths).length;
  for (const task of tasks.toSorted((left, right) => left.seq - right.seq)) {
    if (task.seq <= last) continue;
    if ((room -= 1) < 0) return last;
    try {
      putNumbered(paths.inbox, task);
    } catch (error) {
      if (isSystemError(error)) return last;
      throw error;
    }
    last = task.seq;
  }
  return last;
}

/**
 * Answers what is in the inbox. A task leaves it after its message is in the outbox.
 * @returns how many were answered
 */
export async function doTasks(context: HostContext): Promise<number> {
  const { paths, system, host } = context;
  const answered = new Set(readOutbox(paths).map(({ task }) => task));
  let count = 0;
  for (const task of readNumbered(paths.inbox, taskSchema)) {
    if (!answered.has(task.seq)) {
      if (task.kind === 'refresh') forgetLook(paths);
      const answer = await makeAnswer(task, system, host);
      sendLater(paths, (seq) => ({ ...answer, seq, task: task.seq }));
      count += 1;
    }
    dropNumbered(paths.inbox, task.seq);
  }
  return count;
}

/** The count comes first: a crash in between leaves a gap, which the server does not mind, and never a number twice. */
function sendLater(paths: StatePaths, messageOf: (seq: number) => Message): void {
  const ledger = readLedger(paths.ledger);
  if (ledger === undefined) throw new Error(`${paths.ledger} was not made`);
  const seq = ledger.messagesMade + 1;
  writeLedger(paths.ledger, { ...ledger, messagesMade: seq });
  putMessage(paths, messageOf(seq));
}
