// Tokens that let hosts in. In: nothing. Out: the descriptions of operations.
import { z } from 'zod';
import { describeOperation } from '../operation.ts';
import { doneSchema, timeSchema } from './fields.ts';

const count = z.int().nonnegative();

/** Where hosts stand, as people call it. */
const siteSchema = z
  .string()
  .max(100)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'has a control character');

export const addAdmission = describeOperation({
  name: 'add-enrolment-token',
  summary: 'Make a token that lets one host in, or the hosts of a site; it is shown once',
  role: 'approver',
  changes: true,
  input: z.object({
    /** `once` lets one host in at once; with `site`, any number asks, and each waits for an approval unless `approves`. */
    kind: z.enum(['once', 'site']).default('once'),
    site: siteSchema.default(''),
    approves: z.boolean().default(false),
    hours: z
      .int()
      .min(1)
      .max(24 * 3650)
      .default(24),
  }),
  output: z.object({ token: z.string(), expiresAt: timeSchema }),
});

export const listAdmissions = describeOperation({
  name: 'enrolment-tokens',
  summary: 'Tokens that let hosts in, and how often they were used',
  role: 'approver',
  changes: false,
  input: z.object({}),
  output: z.object({
    tokens: z.array(
      z.object({
        id: count,
        kind: z.string(),
        site: z.string(),
        approves: z.boolean(),
        createdBy: z.string(),
        createdAt: timeSchema,
        expiresAt: timeSchema,
        usedAt: timeSchema.nullable(),
        uses: count,
      }),
    ),
  }),
});

export const revokeAdmission = describeOperation({
  name: 'revoke-enrolment-token',
  summary: 'Take a token back; hosts that it let in stay',
  role: 'approver',
  changes: true,
  input: z.object({ id: count }),
  output: doneSchema,
});
