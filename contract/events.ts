// What an installer tells the server while it works. In: nothing. Out: zod schemas and their types. Never: I/O.
import { z } from 'zod';

const step = z.string().max(80);

/** One line of an installation's timeline. Sizes in bytes, durations in seconds. */
const eventSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('step-started'), step, why: z.string().max(500) }),
  z.object({
    kind: z.literal('step-progress'),
    step,
    doneBytes: z.int().nonnegative(),
    totalBytes: z.int().nonnegative(),
  }),
  z.object({ kind: z.literal('step-finished'), step, seconds: z.number().nonnegative() }),
  z.object({ kind: z.literal('message'), text: z.string().max(2000) }),
  /** `diskChanged`: whether anything was written to a disk; `retry`: whether the next netboot may try again. */
  z.object({
    kind: z.literal('failed'),
    step: step.optional(),
    message: z.string().max(8000),
    diskChanged: z.boolean(),
    retry: z.boolean(),
  }),
  /** Everything is on the disk; the machine is about to boot from it. */
  z.object({ kind: z.literal('rebooting') }),
]);

export const eventsSchema = z.object({ events: z.array(eventSchema).max(1000) });

export type InstallEvent = z.infer<typeof eventSchema>;
