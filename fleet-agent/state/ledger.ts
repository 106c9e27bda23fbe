// What the host must not lose: its exchange token, the nonce of an exchange that was not answered yet, and how far tasks and
// messages are counted. In: a file. Out: the record (slot-file.ts).
import { z } from 'zod';
import { exchangeNonceSchema, exchangeTokenSchema } from '../../contract/fleet/exchange-token.ts';
import { hostIdSchema } from '../../contract/fleet/enrolment.ts';
import { UserError } from '../../lib/errors.ts';
import { makeSlots, readSlots, writeSlots } from './slot-file.ts';
import type { SlotKind } from './slot-file.ts';

const ledgerSchema = z.object({
  /** Whose it is: what another key has counted is nothing to this one. */
  host: hostIdSchema,
  /** Good for the next exchange. */
  token: exchangeTokenSchema.nullable(),
  /** Of an exchange that was begun with this token; a repetition shows it again. */
  nonce: exchangeNonceSchema.nullable(),
  /** The number of the last task that was put down. */
  putDown: z.int().nonnegative(),
  /** The number of the last message that was made. */
  messagesMade: z.int().nonnegative(),
  /** Tries without an answer, one after another. */
  failures: z.int().nonnegative(),
});

export type Ledger = z.infer<typeof ledgerSchema>;

const emptyLedger = (host: string): Ledger => ({
  host,
  token: null,
  nonce: null,
  putDown: 0,
  messagesMade: 0,
  failures: 0,
});

const ledgerKind: SlotKind<Ledger> = {
  schema: ledgerSchema,
  parts: ({ host, token, nonce, putDown, messagesMade, failures }) => [
    host,
    token,
    nonce,
    putDown,
    messagesMade,
    failures,
  ],
  field: 'ledger',
  damaged: (path) =>
    new UserError(`${path}, which counts this host's exchanges, is damaged`, {
      hint: 'gutinteg-fleet enrol --new-key makes this host a new one, which is to be let in; gutinteg fleet take-out forgets its former self',
    }),
};

/** Makes the file, with room for both slots. */
export const makeLedger = (path: string, host: string): void => makeSlots(path, ledgerKind, emptyLedger(host));

/** Undefined when there is none. @throws UserError when both of its slots are damaged */
export const readLedger = (path: string): Ledger | undefined => readSlots(path, ledgerKind);

/** What was written is on the disk. */
export const writeLedger = (path: string, ledger: Ledger): void => writeSlots(path, ledgerKind, ledger);
