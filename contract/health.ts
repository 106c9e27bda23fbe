// The condition of the server. In: nothing. Out: a zod schema and its type. Never: I/O.
import { z } from 'zod';

/** The machine database as a server has it; times are milliseconds since 1970. */
export const databaseStatusSchema = z.object({
  machines: z.int(),
  /** When the version in force was read. */
  readAtMs: z.number(),
  /** Counts the versions that have been in force. */
  version: z.int(),
  /** The files have changed and are being read. */
  reading: z.boolean(),
  /** Why the files as they are now are not in force; null when they are. */
  fault: z.object({ sinceMs: z.number(), message: z.string(), hint: z.string().nullable() }).nullable(),
});

export type DatabaseStatus = z.infer<typeof databaseStatusSchema>;

/** How the server's own state is: machines, armings, timelines, leases. Counts are since the server's start. */
export const stateStatusSchema = z.object({
  /** Why it cannot be written or read now; null when it can. */
  fault: z.object({ sinceMs: z.number(), message: z.string(), hint: z.string().nullable() }).nullable(),
  /** Lines of timelines, leases and steps that could not be recorded. */
  lost: z.int(),
  /** Lines for which a timeline, or all of them together, had no room. */
  linesLeftOut: z.int(),
  /** Lines of the log that were too many. */
  logLeftOut: z.int(),
  /** DHCP packets of strangers that were dropped because there were too many. */
  packetsDropped: z.int(),
});

export type StateStatus = z.infer<typeof stateStatusSchema>;

/**
 * What anybody may know. `degraded`: it works with the last sound version of a database that has faults now, or cannot
 * record what happens. A server that is degraded must not be restarted for it: it could not read the database again.
 */
export const healthSchema = z.object({
  status: z.enum(['ok', 'degraded']),
  database: databaseStatusSchema.omit({ fault: true }).extend({ sound: z.boolean() }),
  state: stateStatusSchema.omit({ fault: true }).extend({ sound: z.boolean() }),
});

export type Health = z.infer<typeof healthSchema>;
