import type { Stats } from 'node:fs';

/** What lstat says of a path, as far as it shows whether somebody has touched it. `mode` is permission bits. */
export type PathStat = {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes: number;
  readonly inode: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
};

/** The part of an lstat that the database keeps. */
export function asPathStat(stat: Stats): PathStat {
  const { uid, gid, size: sizeBytes, ino: inode, mtimeMs, ctimeMs } = stat;
  return { mode: stat.mode & 0o7777, uid, gid, sizeBytes, inode, mtimeMs, ctimeMs };
}
