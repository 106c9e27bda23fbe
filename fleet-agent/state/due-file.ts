// When the next check-in is due, for `files/gutinteg-fleet`, a shell script that looks before it starts Node.
// In: seconds to wait. Out: a line of `BOOT SET DUE`: the kernel's boot id, and seconds since its start. The wall clock is not
// asked, so a clock that is a day off, or stepped back, neither silences a host nor hurries it.
// After a new start the script waits up to five minutes, by the host's id, so that a school that was dark does not come at once.
import { closeSync, constants, openSync, readFileSync, writeSync } from 'node:fs';
import type { StatePaths } from './state-paths.ts';

/** The same bytes are written over: a full disk does not make the host come every minute. */
const LINE_BYTES = 128;
const AFTER_START_SECONDS = 300;

export type Uptime = { readonly bootId: string; readonly seconds: number };

/** @see proc_uptime(5): time asleep counts */
export function readUptime(): Uptime {
  const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return { bootId, seconds: Math.floor(Number.parseFloat(readFileSync('/proc/uptime', 'utf8'))) };
}

export function writeDue(paths: StatePaths, uptime: Uptime, waitSeconds: number, hostId: string): void {
  const { bootId, seconds } = uptime;
  const afterStart = Buffer.from(hostId, 'base64url').readUInt16BE(0) % AFTER_START_SECONDS;
  const line = `${bootId} ${seconds} ${seconds + Math.ceil(waitSeconds)} ${afterStart}`;
  const file = openSync(paths.due, constants.O_RDWR | constants.O_CREAT, 0o600);
  try {
    writeSync(file, Buffer.from(`${line.padEnd(LINE_BYTES - 1)}\n`), 0, LINE_BYTES, 0);
  } finally {
    closeSync(file);
  }
}

/** Seconds until the next check-in; undefined when it is due, or none is set for this start of the host. */
export function readDue(paths: StatePaths, uptime: Uptime): number | undefined {
  try {
    const [bootId, set, due] = readFileSync(paths.due, 'utf8').trim().split(/ +/);
    const isOfThisStart = bootId === uptime.bootId && Number(set) <= uptime.seconds;
    return isOfThisStart && Number(due) > uptime.seconds ? Number(due) - uptime.seconds : undefined;
  } catch {
    return undefined;
  }
}
