import { askHost, showTask } from '../../../contract/fleet/api/tasks.ts';
import { messageSchema } from '../../../contract/fleet/tasks.ts';
import { parseJsonEdge } from '../../../lib/parse-edge.ts';
import { findHost } from '../../hosts/find-host.ts';
import { addTask } from '../../hosts/host-tasks.ts';
import { implement, implementChange } from '../implement.ts';
import { OperationError } from '../operation-error.ts';

const ask = implementChange(askHost, {
  run: async ({ store, transaction, actor, at }, { host, task }) => {
    const { id: hostId } = await findHost(transaction, host);
    const id = await addTask(store, transaction, { hostId, task, by: actor.name, at });
    const row = await transaction
      .selectFrom('hosts')
      .select(['nextDueAt', 'installedDigest'])
      .where('id', '=', hostId)
      .executeTakeFirstOrThrow();
    return { task: id, ...row };
  },
  tell: ({ host, task }) => ({ subject: host, details: task }),
});

const show = implement(showTask, async ({ store }, { id }) => {
  const row = await store.queries
    .selectFrom('tasks')
    .innerJoin('hosts', 'hosts.id', 'tasks.host')
    .select(['tasks.host', 'tasks.kind', 'tasks.state', 'tasks.createdAt', 'tasks.endedAt', 'tasks.answerJson'])
    .select(['hosts.name', 'hosts.lastSeenAt', 'hosts.nextDueAt'])
    .where('tasks.id', '=', id)
    .executeTakeFirst();
  if (row === undefined) throw new OperationError('not-found', `there is no task ${id}, or not any more`);
  const { answerJson, ...task } = row;
  if (answerJson === null) return task;
  return { ...task, answer: parseJsonEdge(messageSchema, answerJson, `the answer to task ${id}`) };
});

export const taskOperations = [ask, show];
