// What the executor must not lose: which host it is, the serial of the last order that it took, and what it has begun.
// In: a file. Out: the record (../state/slot-file.ts). Never: holds an order itself.
import { z } from 'zod';
import { hostIdSchema } from '../../contract/fleet/enrolment.ts';
import { UserError } from '../../lib/errors.ts';
import { ORDER_NAME } from '../orders/order-places.ts';
import { makeSlots, readSlots, writeSlots } from '../state/slot-file.ts';
import type { SlotKind } from '../state/slot-file.ts';

const recordSchema = z.object({
  host: hostIdSchema,
  /** Of the last order that was taken; 0 before the first. */
  serial: z.int().nonnegative(),
  /** An order whose programs may have changed something. It is never begun again. */
  running: z
    .object({
      name: z.string().regex(ORDER_NAME),
      /** `applying`: its own programs. `recovering`: those that end what was cut off. */
      step: z.enum(['applying', 'recovering']),
      /** The kernel's boot id, and its seconds, when it was begun. */
      boot: z.string().max(64),
      seconds: z.int().nonnegative(),
    })
    .nullable(),
});

export type OwnRecord = z.infer<typeof recordSchema>;

const recordKind: SlotKind<OwnRecord> = {
  schema: recordSchema,
  parts: ({ host, serial, running }) => [
    host,
    serial,
    running === null ? null : [running.name, running.step, running.boot, running.seconds],
  ],
  field: 'record',
  damaged: (path) =>
    new UserError(`${path}, which counts the orders of this host, is damaged: no order is carried out`, {
      hint: 'gutinteg-fleet accept-orders --forget makes it anew; an order that was cut off stays as it is',
    }),
};

export const makeRecord = (path: string, host: string): void =>
  makeSlots(path, recordKind, { host, serial: 0, running: null });

/** Undefined before the first. @throws UserError when it is damaged */
export const readRecord = (path: string): OwnRecord | undefined => readSlots(path, recordKind);

/** What was written is on the disk, and needs no free space. */
export const writeRecord = (path: string, record: OwnRecord): void => writeSlots(path, recordKind, record);
