// What hosts are asked to do: tasks from their beginning to their answer. In: tasks, messages. Out: rows.
// A task is sent until the host has put it down, and stays open until its answer is stored. Never: decides who may ask.
import { UserError } from '../../lib/errors.ts';
import { newTaskSchema } from '../../contract/fleet/tasks.ts';
import type { Message, NewTask, Task } from '../../contract/fleet/tasks.ts';
import type { Store, StoreTransaction } from '../store/open-store.ts';
import { parseJsonEdge } from '../../lib/parse-edge.ts';

/** A host that never comes must not gather tasks without an end. */
const MAX_OPEN_TASKS = 200;
/** Of the tasks that have ended, the newest stay. */
const KEPT_TASKS = 50;
/** In one answer. */
const TASKS_AT_ONCE = 50;

/**
 * Asks a host to do something at its next check-in.
 * @returns the id of its row, by which its answer is found
 * @throws UserError when there is no such host, or it has too many tasks
 */
export async function addTask(
  store: Store,
  transaction: StoreTransaction,
  { hostId, task, by, at }: { hostId: string; task: NewTask; by: string; at: number },
): Promise<number> {
  const host = await store
    .lockRows(transaction.selectFrom('hosts').select(['tasksIssued', 'tasksOpen', 'state', 'name', 'kind']))
    .where('id', '=', hostId)
    .executeTakeFirst();
  if (host === undefined) throw new UserError(`there is no host ${hostId}`, { exitCode: 2 });
  if (host.state !== 'enrolled') {
    throw new UserError(`${host.name} is ${host.state}, so it gets no tasks`, { exitCode: 2 });
  }
  if (host.kind === 'relay') throw new UserError(`${host.name} is a relay, and has nothing to tell`, { exitCode: 2 });
  if (host.tasksOpen >= MAX_OPEN_TASKS) {
    throw new UserError(`${host.name} has ${host.tasksOpen} tasks that it has not answered; nothing was added`, {
      hint: `gutinteg fleet show ${host.name} says when it was last seen`,
    });
  }
  const seq = host.tasksIssued + 1;
  const id = await insertTask(transaction, { hostId, seq, task, by, at });
  await transaction
    .updateTable('hosts')
    .set({ tasksIssued: seq, tasksOpen: host.tasksOpen + 1 })
    .where('id', '=', hostId)
    .execute();
  return id;
}

type NumberedTask = {
  readonly hostId: string;
  readonly seq: number;
  readonly task: NewTask;
  readonly by: string;
  readonly at: number;
};

/** The caller counts it in the host's row, which it has locked. @returns the id of its row */
async function insertTask(transaction: StoreTransaction, { hostId, seq, task, by, at }: NumberedTask) {
  const taskJson = JSON.stringify(task);
  const row = { host: hostId, seq, kind: task.kind, taskJson, state: 'waiting', createdAt: at, createdBy: by };
  const { id } = await transaction.insertInto('tasks').values(row).returning('id').executeTakeFirstOrThrow();
  return id;
}

/**
 * Gives tasks to a host that is locked, and counts them in `counts`, which the caller stores.
 * @returns a function that gives one, and returns the id of its row
 */
export const issuing =
  (
    transaction: StoreTransaction,
    { hostId, counts, at }: { hostId: string; counts: { tasksIssued: number; tasksOpen: number }; at: number },
  ) =>
  (task: NewTask): Promise<number> => {
    counts.tasksIssued += 1;
    counts.tasksOpen += 1;
    return insertTask(transaction, { hostId, seq: counts.tasksIssued, task, by: 'a job', at });
  };

/** The tasks that the host has not put down yet, oldest first. */
export async function tasksToSend(transaction: StoreTransaction, hostId: string, putDown: number): Promise<Task[]> {
  const rows = await transaction
    .selectFrom('tasks')
    .select(['seq', 'taskJson'])
    .where('host', '=', hostId)
    .where('seq', '>', putDown)
    .where('state', 'in', ['waiting', 'held'])
    .orderBy('seq')
    .limit(TASKS_AT_ONCE)
    .execute();
  return rows.map(({ seq, taskJson }) => ({ ...parseJsonEdge(newTaskSchema, taskJson, 'a task of the store'), seq }));
}

/**
 * The host has put down a task whose number this server has not given yet: the store was set back. What waits gets numbers
 * that the host has not seen, or it would take them for done.
 * @returns the last number that is given
 */
export async function renumberTasks(transaction: StoreTransaction, hostId: string, seen: Seen): Promise<number> {
  await transaction
    .updateTable('tasks')
    .set(({ eb }) => ({ seq: eb('seq', '+', seen.putDown) }))
    .where('host', '=', hostId)
    .where('state', '=', 'waiting')
    .execute();
  return seen.issued + seen.putDown;
}

type Seen = { readonly issued: number; readonly putDown: number };

/** The host has put down its tasks up to this number. */
export async function markPutDown(transaction: StoreTransaction, hostId: string, putDown: number): Promise<void> {
  await transaction
    .updateTable('tasks')
    .set({ state: 'held' })
    .where('host', '=', hostId)
    .where('seq', '<=', putDown)
    .where('state', '=', 'waiting')
    .execute();
}

export type AnsweredTask = {
  /** The id of its row. */
  readonly id: number;
  /** It is answered, and not only spoken of. */
  readonly hasEnded: boolean;
};

type Answer = { readonly hostId: string; readonly message: Message; readonly at: number };

/**
 * Stores the answer to a task.
 * @returns undefined for a task that has ended, or that nobody knows any more: nothing is changed
 */
export async function endTask(
  transaction: StoreTransaction,
  { hostId, message, at }: Answer,
): Promise<AnsweredTask | undefined> {
  const open = transaction
    .selectFrom('tasks')
    .select(['id', 'kind'])
    .where('host', '=', hostId)
    .where('seq', '=', message.task)
    .where('state', 'in', ['waiting', 'held']);
  const task = await open.executeTakeFirst();
  if (task === undefined) return undefined;
  const { id, kind } = task;
  if (message.kind === 'order-progress') return { id, hasEnded: false };
  // An order is as long as what it changes, and what became of it is stored with its job.
  const answer = kind === 'order' ? { taskJson: '{}' } : { answerJson: JSON.stringify(message) };
  await transaction
    .updateTable('tasks')
    .set({ state: message.kind === 'failed' ? 'failed' : 'done', endedAt: at, ...answer })
    .where('id', '=', id)
    .execute();
  return { id, hasEnded: true };
}

/** Answers are large; those of long ago are of no use. */
export async function dropOldTasks(transaction: StoreTransaction, hostId: string): Promise<void> {
  const ended = (columns: 'id') =>
    transaction.selectFrom('tasks').select(columns).where('host', '=', hostId).where('endedAt', 'is not', null);
  const oldestKept = await ended('id')
    .orderBy('id', 'desc')
    .offset(KEPT_TASKS - 1)
    .limit(1)
    .executeTakeFirst();
  if (oldestKept === undefined) return;
  await transaction
    .deleteFrom('tasks')
    .where('host', '=', hostId)
    .where('endedAt', 'is not', null)
    .where('id', '<', oldestKept.id)
    .execute();
}
