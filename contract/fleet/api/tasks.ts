// What a host is asked beyond its lists. In: nothing. Out: the descriptions of operations.
import { z } from 'zod';
import { describeOperation } from '../operation.ts';
import { hostQuestionSchema, messageSchema } from '../tasks.ts';
import { hostReferenceSchema, timeSchema } from './fields.ts';

const count = z.int().nonnegative();

export const askHost = describeOperation({
  name: 'ask-host',
  summary: "Ask a host, at its next check-in, to look again, for a package's files or details, or for its sources",
  role: 'operator',
  changes: true,
  input: z.object({ host: hostReferenceSchema, task: hostQuestionSchema }),
  output: z.object({
    task: count,
    /** When its next check-in is due; null when it has never come. */
    nextDueAt: timeSchema.nullable(),
    /** The digest of what it has installed, for `package-changes`; empty until it has reported. */
    installedDigest: z.string(),
  }),
});

export const showTask = describeOperation({
  name: 'task',
  summary: 'How far a task is, and its answer',
  role: 'viewer',
  changes: false,
  input: z.object({ id: count }),
  output: z.object({
    host: z.string(),
    name: z.string(),
    kind: z.string(),
    /** `waiting`, `held` (the host has it), `done` or `failed`. */
    state: z.string(),
    createdAt: timeSchema,
    endedAt: timeSchema.nullable(),
    lastSeenAt: timeSchema.nullable(),
    nextDueAt: timeSchema.nullable(),
    /** Absent until it has ended. */
    answer: messageSchema.exactOptional(),
  }),
});
