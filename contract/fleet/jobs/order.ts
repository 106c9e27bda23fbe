// An order: what the executor of one host, which is root, is to do. In: an order and a key. Out: its text and signature, or the
// order if the signature is right. Only what is signed is read, so whoever carries an order can hold it back and no more.
import { sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import { hostIdSchema } from '../enrolment.ts';
import { parseJsonEdge } from '../../../lib/parse-edge.ts';
import { actionSchema, packageChangesSchema } from './action.ts';

/** Times are seconds since 1970, by the server's clock; hosts whose clock is off get no orders. */
export const orderSchema = z.object({
  v: z.literal(1),
  /** The host that it is for, and no other. */
  host: hostIdSchema,
  /** The job's number, for people; 0 for a simulation that belongs to none. */
  job: z.int().nonnegative(),
  /** Rises with every order to this host: milliseconds since 1970 when it was made, or one more than the last. */
  serial: z.int().positive(),
  /** Only say what would change; nothing is done. */
  simulate: z.boolean(),
  action: actionSchema,
  /**
   * What was foreseen and approved. If the host would change anything else, it changes nothing and says so. Absent where
   * nothing can be foreseen, and in a simulation.
   */
  expected: packageChangesSchema.exactOptional(),
  /** Downloads are allowed before; changes begin only within. Absent: at any time. */
  window: z.object({ from: z.int(), to: z.int() }).exactOptional(),
  /** It is not begun after this. */
  expiresAt: z.int(),
  /** Names of programs in /etc/gutinteg/health.d whose verdict is reported after the change. */
  health: z.array(z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/)).max(20),
});

export type Order = z.infer<typeof orderSchema>;

/** An order as it travels. */
export const signedOrderSchema = z.object({
  /** JSON of an order; the signature is over these very characters. */
  order: z.string().max(2_000_000),
  /** ed25519, in base64url. */
  signature: z.string().regex(/^[\w-]{86}$/, 'is no signature'),
});

export type SignedOrder = z.infer<typeof signedOrderSchema>;

export function signOrder(order: Order, privateKey: KeyObject): SignedOrder {
  const text = JSON.stringify(order);
  return { order: text, signature: sign(null, messageOf(text), privateKey).toString('base64url') };
}

/** @returns undefined if the key has not signed it @throws FaultsError if it has, and it is no order all the same */
export function readOrder({ order, signature }: SignedOrder, publicKey: KeyObject): Order | undefined {
  if (!verify(null, messageOf(order), publicKey, Buffer.from(signature, 'base64url'))) return undefined;
  return parseJsonEdge(orderSchema, order, 'the order');
}

/** What is signed begins like no other text that a key of this project signs. */
const messageOf = (text: string): Buffer => Buffer.from(`gutinteg fleet order\n${text}`);
