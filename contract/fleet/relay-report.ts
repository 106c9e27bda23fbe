// What a relay and the fleet's server say to each other. In: nothing. Out: zod schemas. Never: I/O. The server cannot reach a relay,
// so the relay asks every few seconds which hosts of its site are to be woken. It is given datagrams that the server has signed
// (wake-up.ts), and can make none.
import { z } from 'zod';
import { hostIdSchema, hostNameSchema } from './enrolment.ts';

const MOST = 100;

export const relayReportSchema = z.object({
  v: z.int().min(1),
  /** What became of wake-ups; `id` is the server's. A message is for people; empty when there is nothing to say. */
  results: z
    .array(z.object({ id: z.int().nonnegative(), isDone: z.boolean(), message: z.string().max(500) }))
    .max(MOST),
});

export type RelayReport = z.infer<typeof relayReportSchema>;
export type WakeResult = RelayReport['results'][number];

const wakeOrderSchema = z.object({
  /** The same wake-up is given again until its result has come. */
  id: z.int().nonnegative(),
  host: hostIdSchema,
  name: hostNameSchema,
  /** 91 bytes in base64url. */
  datagram: z.string().regex(/^[\w-]{122}$/, 'is no wake-up'),
});

export type WakeOrder = z.infer<typeof wakeOrderSchema>;

export const relayAnswerSchema = z.object({
  v: z.int().min(1),
  wake: z.array(wakeOrderSchema).max(MOST),
  /** Seconds until the next report. */
  next: z.int().min(1).max(3600),
});

export type RelayAnswer = z.infer<typeof relayAnswerSchema>;
