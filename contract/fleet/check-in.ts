// The exchange between a host and its server that repeats for years. In: nothing. Out: zod schemas. Never: I/O.
// A check-in without news is some 300 bytes up and 200 down; what is long goes over the other routes.
import { z } from 'zod';
import { EMPTY_DIGEST, digestSchema, itemsSchema, listKinds } from './inventory.ts';
import { exchangeNonceSchema, exchangeTokenSchema } from './exchange-token.ts';
import { factsSchema } from './facts.ts';
import { messageSchema, taskSchema } from './tasks.ts';

/** The version of this protocol; a server understands the versions below its own. */
export const FLEET_PROTOCOL = 1;

export const checkInSchema = z.object({
  v: z.int().min(1),
  token: exchangeTokenSchema,
  nonce: exchangeNonceSchema,
  installed: digestSchema.default(EMPTY_DIGEST),
  candidates: digestSchema.default(EMPTY_DIGEST),
  facts: digestSchema,
  /** The first eight characters of the kernel's boot id. */
  boot: z.string().max(8),
  /** Seconds since 1970 by the host's clock: how far it is off is told, and nothing is decided by it. */
  clock: z.int(),
  /** The number of the last task that the host has put down. */
  ack: z.int().nonnegative(),
  /** Answers that the server has not acknowledged yet. */
  messages: z.array(messageSchema).max(50).exactOptional(),
});

export type CheckIn = z.infer<typeof checkInSchema>;

/** A document that the server lacks, and from which of the host's former ones a difference would do. */
const wantedSchema = z.object({
  document: z.enum([...listKinds, 'facts', 'summaries']),
  /** The digest of the list that the server has of this host. */
  base: digestSchema.exactOptional(),
  /** Names of packages whose summaries are wanted: each is answered, with an empty text where there is none. */
  names: z.array(z.string().max(255)).max(2000).exactOptional(),
});

export const checkInAnswerSchema = z.object({
  v: z.int().min(1),
  /** For the next exchange. */
  token: exchangeTokenSchema,
  /** The number of the last message that the server has stored. */
  ack: z.int().nonnegative(),
  want: z.array(wantedSchema).max(10).exactOptional(),
  tasks: z.array(taskSchema).max(50).exactOptional(),
  /** Seconds until the next check-in. */
  next: z.int().min(1).max(86_400),
});

export type CheckInAnswer = z.infer<typeof checkInAnswerSchema>;
export type Wanted = z.infer<typeof wantedSchema>;

/**
 * One document of a host. They are sent in the order of `want`: the facts say which package system a list is of. A list is
 * whole, or a difference from the one with the digest `base`.
 */
export const documentSchema = z.discriminatedUnion('document', [
  z.object({
    document: z.enum(listKinds),
    digest: digestSchema,
    base: digestSchema.exactOptional(),
    added: itemsSchema,
    removed: itemsSchema,
  }),
  z.object({ document: z.literal('facts'), digest: digestSchema, facts: factsSchema }),
  z.object({
    document: z.literal('summaries'),
    summaries: z.array(z.tuple([z.string().max(255), z.string().max(500)])).max(2000),
  }),
]);

export type HostDocument = z.infer<typeof documentSchema>;

/** `again`: the difference did not lead to the digest; the whole list is wanted. */
export const documentAnswerSchema = z.object({ result: z.enum(['stored', 'again', 'not-wanted']) });
