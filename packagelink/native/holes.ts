// Whether a file has holes. In: a descriptor. Out: yes or no. Never: reads.
import { checked, libc } from './libc.ts';

const SEEK_HOLE = 4;

/** Whether there is a hole before the end. The descriptor's position moves. @throws LibcError */
export function hasHoles(fd: number, sizeBytes: number): boolean {
  if (sizeBytes === 0) return false;
  return Number(checked(libc.lseek(fd, 0n, SEEK_HOLE), 'looking for a hole', fd)) < sizeBytes;
}
