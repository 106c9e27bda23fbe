// Fields that descriptions of operations have in common. In: nothing. Out: zod schemas. Never: I/O.
import { z } from 'zod';
import { hostIdSchema, hostNameSchema } from '../enrolment.ts';

/** Milliseconds since 1970. */
export const timeSchema = z.int().describe('milliseconds since 1970');

/** A host by its name, or by its id. */
export const hostReferenceSchema = z
  .union([hostNameSchema, hostIdSchema], {
    error: "is no host's name (letters and digits, and between them dots and hyphens), and no id (22 characters)",
  })
  .describe("a host's name, or its id, which is of 22 characters");

/** Text that people type: no control characters. */
export const wordsSchema = (longest: number) =>
  z
    .string()
    .min(1)
    .max(longest)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'has a control character');

/** What an operation has nothing to answer but that it is done. */
export const doneSchema = z.object({ done: z.literal(true) });
export const done = { done: true } as const;
