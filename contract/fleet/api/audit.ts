// Who changed what. In: nothing. Out: the descriptions of operations.
import { z } from 'zod';
import { describeOperation } from '../operation.ts';
import { timeSchema, wordsSchema } from './fields.ts';

const count = z.int().nonnegative();

export const listAudit = describeOperation({
  name: 'audit',
  summary: 'Who changed what, the newest first',
  role: 'approver',
  changes: false,
  input: z.object({
    actor: wordsSchema(100).exactOptional(),
    /** The name of an operation. */
    action: wordsSchema(100).exactOptional(),
    subject: wordsSchema(300).exactOptional(),
    /** Only entries with a smaller number: the next page. */
    before: z.int().min(1).exactOptional(),
    limit: z.int().min(1).max(1000).default(50),
  }),
  output: z.object({
    entries: z.array(
      z.object({
        seq: count,
        at: timeSchema,
        actor: z.string(),
        action: z.string(),
        subject: z.string(),
        details: z.record(z.string(), z.unknown()),
        hash: z.string(),
      }),
    ),
  }),
});

export const verifyAudit = describeOperation({
  name: 'verify-audit',
  summary: 'Whether the audit log is as it was written',
  role: 'viewer',
  changes: false,
  input: z.object({
    /** An end of the log that somebody noted down, `NUMBER:HASH`: it must still be in it. */
    expected: z
      .string()
      .regex(/^\d{1,15}:[0-9a-f]{64}$/, 'is not NUMBER:HASH')
      .exactOptional(),
  }),
  output: z.object({
    entries: count,
    isSound: z.boolean(),
    /** The first thing that is wrong; empty when nothing is. */
    fault: z.string(),
    /** To be noted down elsewhere: `NUMBER:HASH`. */
    end: z.string(),
  }),
});
