// The time of a path to the nanosecond. In: a path or descriptor, a time. Out: set. Never: follows a link at the end.
import { checked, libc } from './libc.ts';

const AT_FDCWD = -100;
const AT_SYMLINK_NOFOLLOW = 0x100;
const BILLION = 1_000_000_000n;
// struct timespec[2]: last access and last modification.
const times = new BigInt64Array(4);
const timesBytes = new Uint8Array(times.buffer);

/** Seconds since 1970, rounded down, and the rest. */
export type FileTime = { readonly seconds: number; readonly nanoseconds: number };

/** What an lstat with `bigint` gives as nanoseconds since 1970. */
export function timeOf(totalNanoseconds: bigint): FileTime {
  const seconds = totalNanoseconds / BILLION - (totalNanoseconds % BILLION < 0n ? 1n : 0n);
  return { seconds: Number(seconds), nanoseconds: Number(totalNanoseconds - seconds * BILLION) };
}

/** Sets the times of last modification and access. @throws LibcError */
export function setTime(place: string | number, { seconds, nanoseconds }: FileTime): void {
  times[0] = times[2] = BigInt(seconds);
  times[1] = times[3] = BigInt(nanoseconds);
  const answer =
    typeof place === 'number'
      ? libc.futimens(place, timesBytes)
      : libc.utimensat(AT_FDCWD, place, timesBytes, AT_SYMLINK_NOFOLLOW);
  checked(answer, 'setting the time', place);
}
