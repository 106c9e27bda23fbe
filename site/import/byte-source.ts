// The bytes of an archive, read where they are needed. In: an open file. Out: bytes at a place. Never: holds more than
// one window in memory; returns a byte that the file does not have.
import { readSync } from 'node:fs';
import { UserError } from '../../lib/errors.ts';

/** Bytes by their place; `what` names the archive in errors. */
export type ByteSource = {
  readonly what: string;
  readonly sizeBytes: number;
  /** Whether something else than the bytes has said that none is missing at the end, such as a checksum. */
  readonly isWhole: boolean;
  /** Exactly `length` bytes, valid until the next call. @throws UserError when the archive ends before them */
  readonly read: (position: number, length: number) => Buffer;
};

const WINDOW_BYTES = 256 * 1024;

type SourcePart = {
  readonly what: string;
  readonly start: number;
  readonly sizeBytes: number;
  readonly isWhole?: boolean;
};

/** The part of an open file that begins at `start`. */
export function openByteSource(fd: number, { what, start, sizeBytes, isWhole = false }: SourcePart): ByteSource {
  const window = Buffer.allocUnsafe(WINDOW_BYTES);
  let [windowStart, windowEnd] = [0, 0];
  const read = (position: number, length: number): Buffer => {
    if (position + length > sizeBytes) throw cutOff(what, position);
    if (position >= windowStart && position + length <= windowEnd) {
      return window.subarray(position - windowStart, position - windowStart + length);
    }
    if (length > WINDOW_BYTES) {
      const bytes = Buffer.allocUnsafe(length);
      if (readFully(fd, bytes, start + position) < length) throw cutOff(what, position);
      return bytes;
    }
    const count = readFully(fd, window.subarray(0, Math.min(WINDOW_BYTES, sizeBytes - position)), start + position);
    [windowStart, windowEnd] = [position, position + count];
    if (count < length) throw cutOff(what, position);
    return window.subarray(0, length);
  };
  return { what, sizeBytes, isWhole, read };
}

function readFully(fd: number, buffer: Buffer, position: number): number {
  let count = 0;
  while (count < buffer.length) {
    const read = readSync(fd, buffer, count, buffer.length - count, position + count);
    if (read === 0) break;
    count += read;
  }
  return count;
}

function cutOff(what: string, position: number): UserError {
  return new UserError(`importing ${what}: the archive is cut off; byte ${position} and those after it are missing`, {
    exitCode: 2,
  });
}
