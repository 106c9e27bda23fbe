// What whoever looks after the server should know of its store. In: the last fault, the file if it is one. Out: sentences.
import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { StoreFault } from './explain-faults.ts';

const MIB = 1024 * 1024;
/** Lists of 110,000 hosts after a night of upgrades need some tens of MB. */
const ENOUGH_BYTES = 64 * MIB;

/** @param fault undefined when all was stored lately @param file whose disk is looked at */
export function warnOfStore(fault: (StoreFault & { readonly sinceMs: number }) | undefined, file?: string): string[] {
  if (fault !== undefined) {
    const since = new Date(fault.sinceMs).toISOString().slice(0, 16).replace('T', ' ');
    return [`no report could be stored since ${since} UTC: ${fault.message}; ${fault.hint}`];
  }
  const free = file === undefined ? undefined : freeBytes(file);
  if (file === undefined || free === undefined || free >= ENOUGH_BYTES) return [];
  return [`only ${Math.floor(free / MIB)} MB are free on the disk of ${file}; when it is full, no host can report`];
}

function freeBytes(file: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(dirname(file));
    return bavail * bsize;
  } catch {
    return undefined;
  }
}
