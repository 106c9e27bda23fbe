// Tasks from the time they come until they are answered. In: tasks of the server. Out: messages in the outbox.
// Never: acknowledges a task that is not on the disk; answers one twice.
import { taskSchema } from '../../contract/fleet/tasks.ts';
import type { Message, Task } from '../../contract/fleet/tasks.ts';
import type { OrderResult } from '../../contract/fleet/jobs/order-report.ts';
import { cutText } from '../../lib/cut-text.ts';
import { neverKind } from '../../lib/never.ts';
import { isSystemError, whenRefused } from '../../lib/when-missing.ts';
import { makeAnswer } from '../look/make-answer.ts';
import { readLedger, writeLedger } from '../state/ledger.ts';
import { dropNumbered, listNumbers, putNumbered, readNumbered } from '../state/numbered-files.ts';
import type { StatePaths } from '../state/state-paths.ts';
import type { HostContext } from './host-context.ts';
import { forgetLook } from './current-look.ts';
import { forgetOrder, handOver, newsOfOrder, noteTold } from './follow-order.ts';
import type { OrderTask } from './follow-order.ts';
import { dropOldFiles, fetchOrderFiles } from './order-files.ts';
import { listOutbox, putMessage, readOutbox } from './outbox.ts';

type QuestionTask = Exclude<Task, OrderTask>;

/** Tasks and answers that are on this host; the server keeps the rest until there is room. */
const MAX_WAITING = 200;

/** Something can be said or done now: an order that is with the executor waits for it. */
export const hasTasks = (context: HostContext): boolean =>
  readNumbered(context.paths.inbox, taskSchema).some(
    (task) => task.kind !== 'order' || newsOfOrder(context, task).kind !== 'none',
  );

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
  const { paths } = context;
  const isAnswer = ({ kind }: Message): boolean => kind !== 'order-progress';
  const answered = new Set(
    readOutbox(paths)
      .filter(isAnswer)
      .map(({ task }) => task),
  );
  dropOldFiles(context);
  let count = 0;
  for (const task of readNumbered(paths.inbox, taskSchema)) {
    if (!answered.has(task.seq)) {
      const isOver = await doTask(context, task).catch(whenRefused(false));
      if (!isOver) continue;
      count += 1;
    }
    if (task.kind === 'order') forgetOrder(paths, task);
    dropNumbered(paths.inbox, task.seq);
  }
  return count;
}

/** @returns whether it is over; what a full disk does not take is done next time, and the host goes on reporting */
const doTask = async (context: HostContext, task: Task): Promise<boolean> =>
  task.kind === 'order' ? followOrder(context, task) : answerTask(context, task);

async function answerTask({ paths, system, host }: HostContext, task: QuestionTask): Promise<true> {
  if (task.kind === 'refresh') forgetLook(paths);
  const answer = await makeAnswer(task, system, host);
  sendLater(paths, (seq) => ({ ...answer, seq, task: task.seq }));
  return true;
}

const NOT_ACCEPTED =
  "this host takes no orders: its administrator has not accepted the server's key; try: gutinteg-fleet accept-orders --help";

/** @returns whether it is over */
async function followOrder(context: HostContext, task: OrderTask): Promise<boolean> {
  const { paths } = context;
  const news = newsOfOrder(context, task);
  const about = { task: task.seq };
  switch (news.kind) {
    case 'none':
      return false;
    case 'new':
      return handOverWithFiles(context, task);
    case 'progress':
      sendLater(paths, (seq) => ({ ...about, seq, kind: 'order-progress', progress: news.progress }));
      noteTold(paths, task, news.progress);
      return false;
    case 'not-accepted':
      sendLater(paths, (seq) => ({ ...about, seq, kind: 'failed', message: NOT_ACCEPTED }));
      return true;
    case 'ended':
      sendLater(paths, (seq) => ({ ...about, seq, kind: 'order-ended', result: news.result }));
      // The lists that travel now are those from afterwards.
      forgetLook(paths);
      return true;
    default:
      return neverKind(news);
  }
}

/** @returns whether it is over: some of its files will never come */
async function handOverWithFiles(context: HostContext, task: OrderTask): Promise<boolean> {
  const { paths } = context;
  const about = { task: task.seq };
  const files = await fetchOrderFiles(context, task);
  if (files.kind === 'whole') handOver(paths, task);
  if (files.kind === 'coming') {
    const progress = { step: 'downloading' as const, text: cutText(files.text, 500) };
    sendLater(paths, (seq) => ({ ...about, seq, kind: 'order-progress', progress }));
  }
  if (files.kind !== 'refused') return false;
  const result: OrderResult = { ...NOTHING_CHANGED, outcome: 'refused', text: cutText(files.why, 4000) };
  sendLater(paths, (seq) => ({ ...about, seq, kind: 'order-ended', result }));
  return true;
}

const NOTHING_CHANGED = { changes: [], keptConfiguration: [], recovered: false, health: [], output: '' };

/** The count comes first: a crash in between leaves a gap, which the server does not mind, and never a number twice. */
function sendLater(paths: StatePaths, messageOf: (seq: number) => Message): void {
  const ledger = readLedger(paths.ledger);
  if (ledger === undefined) throw new Error(`${paths.ledger} was not made`);
  const seq = ledger.messagesMade + 1;
  writeLedger(paths.ledger, { ...ledger, messagesMade: seq });
  putMessage(paths, messageOf(seq));
}
