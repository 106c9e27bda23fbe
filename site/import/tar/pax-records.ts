// Extended headers of a tar archive. In: their bytes. Out: keys and values in order. Never: I/O; decides what they mean.
import { isUtf8 } from 'node:buffer';
import { timeOf } from '../../../packagelink/native/times.ts';
import type { FileTime } from '../../../packagelink/native/times.ts';

/** Values are bytes: those of attributes are no text. */
export type PaxRecord = { readonly key: string; readonly value: Buffer };

/**
 * `20 path=usr/bin/tool\n` and so on; undefined when any of it is not such a record.
 * @see POSIX.1-2017 pax, "pax Extended Header"
 */
export function parsePaxRecords(bytes: Buffer): PaxRecord[] | undefined {
  const records: PaxRecord[] = [];
  for (let start = 0; start < bytes.length;) {
    const space = bytes.indexOf(0x20, start);
    const digits = space === -1 ? '' : bytes.toString('latin1', start, Math.min(space, start + 12));
    const end = /^[1-9]\d{0,9}$/.test(digits) ? start + Number(digits) : 0;
    const equals = bytes.indexOf(0x3d, space);
    if (end > bytes.length || equals === -1 || equals > end - 2 || equals <= space + 1 || bytes[end - 1] !== 0x0a)
      return undefined;
    const key = bytes.subarray(space + 1, equals);
    if (!isUtf8(key)) return undefined;
    records.push({ key: key.toString('utf8'), value: Buffer.from(bytes.subarray(equals + 1, end - 1)) });
    start = end;
  }
  return records;
}

/** `1704067200.123456789` → seconds and nanoseconds, digits beyond those cut off; undefined for anything else. */
export function parsePaxTime(text: string): FileTime | undefined {
  const match = /^(-?)(\d{1,15})(?:\.(\d*))?$/.exec(text);
  if (match === null) return undefined;
  const [, sign, seconds = '', fraction = ''] = match;
  const total = BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0').slice(0, 9));
  return timeOf(sign === '-' ? -total : total);
}

/** A whole number of at most 15 digits, such as a size or a user's; undefined for anything else. */
export function parsePaxNumber(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
