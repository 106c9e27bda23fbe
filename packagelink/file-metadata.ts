// Owner, mode and time of one open file. In: a descriptor, what is wanted. Out: nothing. Never: a path.
import { fchmodSync, fchownSync, futimesSync } from 'node:fs';
import type { WantedMetadata } from './tree.ts';

/** Sets owner, mode and time, in the order that keeps setuid. */
export function setMetadata(fd: number, wanted: WantedMetadata): void {
  fchownSync(fd, wanted.uid, wanted.gid);
  fchmodSync(fd, wanted.mode);
  const time = mtimeOf(wanted);
  if (time !== undefined) futimesSync(fd, time, time);
}

/**
 * The wanted mtime as Node takes it, in seconds; undefined when there is none. A double holds times of this century
 * to a quarter of a microsecond; the bound keeps one just before a full second from being rounded up to it.
 */
export function mtimeOf({ mtimeSeconds, mtimeNanoseconds = 0 }: WantedMetadata): number | undefined {
  return mtimeSeconds === undefined ? undefined : mtimeSeconds + Math.min(mtimeNanoseconds, 999_999_500) / 1e9;
}
