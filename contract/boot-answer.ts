// What a server says to a machine that was started from a medium: the decision of a network boot, as data. In: nothing.
// Out: zod schema and its type. Never: I/O.
import { z } from 'zod';

/** `installer` has begun an attempt, whose token it brings; `local-disk` says why not. */
export const bootAnswerSchema = z.discriminatedUnion('give', [
  z.object({
    give: z.literal('installer'),
    name: z.string(),
    token: z.string().regex(/^[0-9a-f]{64}$/, 'not a token of 64 hexadecimal digits'),
    attempt: z.int(),
    attemptsAllowed: z.int(),
  }),
  z.object({ give: z.literal('local-disk'), why: z.string() }),
]);

export type BootAnswer = z.infer<typeof bootAnswerSchema>;
