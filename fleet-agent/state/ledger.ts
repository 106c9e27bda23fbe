// What the host must not lose: its exchange token, the nonce of an exchange that was not answered yet, and how far tasks and
// messages are counted. In: a file. Out: the record. A full disk and a power cut leave it as it was, or as it should be:
// its two slots have their places on the disk from the beginning, and are written in turn.
// Never: holds what grows.
import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { z } from 'zod';
import { exchangeNonceSchema, exchangeTokenSchema } from '../../contract/fleet/exchange-token.ts';
import { hostIdSchema } from '../../contract/fleet/enrolment.ts';
import { UserError } from '../../lib/errors.ts';
import { readFileIfThere, replaceFile } from './replace-file.ts';

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

const SLOT_BYTES = 4096;
const slotSchema = z.object({ n: z.int().nonnegative(), digest: z.string(), ledger: ledgerSchema });
type Slot = z.infer<typeof slotSchema>;

/** Makes the file, with room for both slots. */
export function makeLedger(path: string, host: string): void {
  const bytes = Buffer.alloc(2 * SLOT_BYTES, ' ');
  renderSlot({ n: 0, ledger: emptyLedger(host) }).copy(bytes, 0);
  replaceFile(path, bytes);
}

/** Undefined when there is none. @throws UserError when both of its slots are damaged */
export function readLedger(path: string): Ledger | undefined {
  const bytes = readFileIfThere(path);
  return bytes === undefined ? undefined : newestSlot(path, bytes).ledger;
}

/** What was written is on the disk. */
export function writeLedger(path: string, ledger: Ledger): void {
  const file = openSync(path, 'r+');
  try {
    const n = newestSlot(path, readFileSync(path)).n + 1;
    writeSync(file, renderSlot({ n, ledger }), 0, SLOT_BYTES, (n % 2) * SLOT_BYTES);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function newestSlot(path: string, bytes: Buffer): Slot {
  const slots = [0, 1].flatMap((index) => {
    const slot = parseSlot(bytes.subarray(index * SLOT_BYTES, (index + 1) * SLOT_BYTES));
    return slot === undefined ? [] : [slot];
  });
  const [newest] = slots.toSorted((left, right) => right.n - left.n);
  if (newest !== undefined) return newest;
  throw new UserError(`${path}, which counts this host's exchanges, is damaged`, {
    hint: 'gutinteg-fleet enrol --new-key makes this host a new one, which is to be let in; gutinteg fleet take-out forgets its former self',
  });
}

function renderSlot({ n, ledger }: Omit<Slot, 'digest'>): Buffer {
  const bytes = Buffer.alloc(SLOT_BYTES, ' ');
  bytes.write(`${JSON.stringify({ n, digest: digestOf(n, ledger), ledger })}\n`);
  return bytes;
}

/** Undefined for one that was never written, or not to its end. */
function parseSlot(bytes: Buffer): Slot | undefined {
  const { success, data } = slotSchema.safeParse(parseJson(bytes.toString()));
  return success && data.digest === digestOf(data.n, data.ledger) ? data : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function digestOf(n: number, { host, token, nonce, putDown, messagesMade, failures }: Ledger): string {
  const text = JSON.stringify([n, host, token, nonce, putDown, messagesMade, failures]);
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}
