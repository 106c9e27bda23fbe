// Orders that the talker has laid down. In: its directory, which may be anybody's. Out: what can be read of it. Never: follows a link,
// waits for a writer, reads without end, or writes there.
import { closeSync, constants, fstatSync, openSync, opendirSync, readSync } from 'node:fs';
import { signedOrderSchema } from '../../contract/fleet/jobs/order.ts';
import type { SignedOrder } from '../../contract/fleet/jobs/order.ts';
import { whenRefused } from '../../lib/when-missing.ts';
import { ORDER_NAME, nameOfOrder } from '../orders/order-places.ts';

export type SpooledOrder = {
  readonly name: string;
  /** As it says itself; not checked yet. It only says which one is looked at first. */
  readonly serial: number;
  /** Read anew, as fifty at a time would fill the memory; undefined when it is not there any more. */
  readonly read: () => SignedOrder | undefined;
};

export type Spool = {
  readonly orders: readonly SpooledOrder[];
  /** Who reads the reports; undefined when there is no spool. */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
};

/** Of one order: its text and the quotation marks, and what JSON makes of them. */
const MAX_BYTES = 6_000_000;
const MAX_ENTRIES = 1000;
const MAX_ORDERS = 50;
const NO_LINK = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** What is no order is passed over. The talker's directory may itself be reached by a link of root's, as systemd makes it. */
export function readSpool(directory: string): Spool {
  const handle = open(directory, NO_LINK | constants.O_DIRECTORY);
  if (handle === undefined) return { orders: [], owner: undefined };
  try {
    const { uid, gid } = fstatSync(handle);
    const inside = `/proc/self/fd/${handle}`;
    const orders = namesIn(inside).flatMap((name) => {
      const signed = readOrderFile(inside, name, uid);
      if (signed === undefined) return [];
      return [{ name, serial: serialOf(signed), read: () => readAgain(directory, name) }];
    });
    return { orders, owner: { uid, gid } };
  } finally {
    closeSync(handle);
  }
}

function readAgain(directory: string, name: string): SignedOrder | undefined {
  const handle = open(directory, NO_LINK | constants.O_DIRECTORY);
  if (handle === undefined) return undefined;
  try {
    return readOrderFile(`/proc/self/fd/${handle}`, name, fstatSync(handle).uid);
  } finally {
    closeSync(handle);
  }
}

const serialOf = ({ order }: SignedOrder): number =>
  Number(/"serial":(\d{1,16})[,}]/.exec(order)?.[1] ?? Number.MAX_SAFE_INTEGER);

function open(path: string, flags: number): number | undefined {
  try {
    return openSync(path, flags);
  } catch (error) {
    return whenRefused(undefined)(error);
  }
}

/** No more than there are orders at a time, however many files somebody makes. */
function namesIn(directory: string): string[] {
  const names: string[] = [];
  const entries = opendirSync(directory);
  try {
    for (let seen = 0; seen < MAX_ENTRIES && names.length < MAX_ORDERS; seen += 1) {
      const entry = entries.readSync();
      if (entry === null) break;
      const name = entry.name.replace(/\.json$/, '');
      if (name !== entry.name && ORDER_NAME.test(name)) names.push(name);
    }
  } finally {
    entries.closeSync();
  }
  return names;
}

/** Its name follows from its text, so what is read again is the same. */
function readOrderFile(directory: string, name: string, owner: number): SignedOrder | undefined {
  const file = open(`${directory}/${name}.json`, NO_LINK);
  if (file === undefined) return undefined;
  try {
    const stats = fstatSync(file);
    // A second name may be that of another's file.
    if (!stats.isFile() || stats.uid !== owner || stats.nlink !== 1 || stats.size > MAX_BYTES) return undefined;
    const { data } = signedOrderSchema.safeParse(JSON.parse(readAtMost(file, stats.size)));
    return data !== undefined && nameOfOrder(data) === name ? data : undefined;
  } catch {
    return undefined;
  } finally {
    closeSync(file);
  }
}

/** The file may grow meanwhile. */
function readAtMost(file: number, bytes: number): string {
  const buffer = Buffer.alloc(bytes);
  let done = 0;
  for (let got = -1; got !== 0 && done < bytes; done += got) got = readSync(file, buffer, done, bytes - done, done);
  return buffer.subarray(0, done).toString();
}
