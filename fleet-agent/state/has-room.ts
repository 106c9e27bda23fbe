// Whether the disk has room for what this program keeps. In: a directory. Out: yes or no.
import { statfsSync } from 'node:fs';

const NEEDED_BYTES = 64 * 1024;

export function hasRoom(directory: string): boolean {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize >= NEEDED_BYTES;
}
