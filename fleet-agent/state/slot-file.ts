// One small record that must never be lost, in a file. In: a record. Out: the file as it was, or as it should be, whatever happens:
// its two slots have their places on the disk from the beginning, and are written in turn, so a full disk and a power cut do no
// harm. Never: holds what grows.
import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { z } from 'zod';
import type { UserError } from '../../lib/errors.ts';
import { readFileIfThere, replaceFile } from './replace-file.ts';

export type SlotKind<T> = {
  readonly schema: z.ZodType<T>;
  /** What the digest covers, in its order. */
  readonly parts: (value: T) => readonly unknown[];
  /** The name of the record within a slot. */
  readonly field: string;
  readonly damaged: (path: string) => UserError;
};

const SLOT_BYTES = 4096;
type Slot<T> = { readonly n: number; readonly value: T };

/** Makes the file, with room for both slots. */
export function makeSlots<T>(path: string, kind: SlotKind<T>, value: T): void {
  const bytes = Buffer.alloc(2 * SLOT_BYTES, ' ');
  renderSlot(kind, { n: 0, value }).copy(bytes, 0);
  replaceFile(path, bytes);
}

/** Undefined when there is none. @throws UserError when both of its slots are damaged */
export function readSlots<T>(path: string, kind: SlotKind<T>): T | undefined {
  const bytes = readFileIfThere(path);
  return bytes === undefined ? undefined : newestSlot(path, kind, bytes).value;
}

/** What was written is on the disk. */
export function writeSlots<T>(path: string, kind: SlotKind<T>, value: T): void {
  const file = openSync(path, 'r+');
  try {
    const n = newestSlot(path, kind, readFileSync(path)).n + 1;
    writeSync(file, renderSlot(kind, { n, value }), 0, SLOT_BYTES, (n % 2) * SLOT_BYTES);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function newestSlot<T>(path: string, kind: SlotKind<T>, bytes: Buffer): Slot<T> {
  const slots = [0, 1].flatMap((index) => {
    const slot = parseSlot(kind, bytes.subarray(index * SLOT_BYTES, (index + 1) * SLOT_BYTES));
    return slot === undefined ? [] : [slot];
  });
  const [newest] = slots.toSorted((left, right) => right.n - left.n);
  if (newest === undefined) throw kind.damaged(path);
  return newest;
}

function renderSlot<T>(kind: SlotKind<T>, { n, value }: Slot<T>): Buffer {
  const text = `${JSON.stringify({ n, digest: digestOf(kind, { n, value }), [kind.field]: value })}\n`;
  const bytes = Buffer.alloc(SLOT_BYTES, ' ');
  if (bytes.write(text) !== Buffer.byteLength(text)) throw new Error('the record is larger than its slot');
  return bytes;
}

/** Undefined for one that was never written, or not to its end. */
function parseSlot<T>(kind: SlotKind<T>, bytes: Buffer): Slot<T> | undefined {
  const schema = z.object({ n: z.int().nonnegative(), digest: z.string(), [kind.field]: kind.schema });
  const { success, data } = schema.safeParse(parseJson(bytes.toString()));
  if (!success) return undefined;
  const slot = { n: data['n'] as number, value: data[kind.field] as T };
  return data['digest'] === digestOf(kind, slot) ? slot : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function digestOf<T>({ parts }: SlotKind<T>, { n, value }: Slot<T>): string {
  const text = JSON.stringify([n, ...parts(value)]);
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}
