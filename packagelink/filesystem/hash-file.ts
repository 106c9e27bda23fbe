// Bytes of a target's files as digests. In: a path. Out: SHA-256. Never: follows a link at the end of the path, waits
// for a FIFO's writer, changes a time of access.
import { createHash, hash } from 'node:crypto';
import { closeSync, constants, openSync, readSync } from 'node:fs';

const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOATIME;
const BUFFER_BYTES = 256 * 1024;
// Of this thread, which reads one file at a time.
const buffer = Buffer.alloc(BUFFER_BYTES);
const rest = Buffer.alloc(1);

/** SHA-256 in lower-case hexadecimal of a file that is not followed when it is a link. */
export function hashFile(path: string): string {
  const fd = openSync(path, READ);
  try {
    const first = readSync(fd, buffer);
    // Most files are small, and one call does for them what a hash object does in four.
    if (first < BUFFER_BYTES && readSync(fd, rest) === 0) return hash('sha256', buffer.subarray(0, first), 'hex');
    return hashLarge(path);
  } finally {
    closeSync(fd);
  }
}

function hashLarge(path: string): string {
  const digest = createHash('sha256');
  const fd = openSync(path, READ);
  try {
    for (let count = readSync(fd, buffer); count > 0; count = readSync(fd, buffer))
      digest.update(buffer.subarray(0, count));
  } finally {
    closeSync(fd);
  }
  return digest.digest('hex');
}
