import type { Stats } from 'node:fs';

/** A number where that is exact, as on most file systems; others use all 64 bits. */
export type Inode = number | bigint;

/** What lstat says of a path, as far as it shows whether somebody has touched it. `mode` is permission bits. */
export type PathStat = {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes: number;
  readonly inode: Inode;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
};

/** The part of an lstat that the database keeps. @param inode as `exactInode` says it */
export function asPathStat(stat: Stats, inode: Inode): PathStat {
  const { uid, gid, size: sizeBytes, mtimeMs, ctimeMs } = stat;
  return { mode: stat.mode & 0o7777, uid, gid, sizeBytes, inode, mtimeMs, ctimeMs };
}

/** The one form of an inode number: equal numbers are equal by `===`. */
export function inodeOf(ino: bigint): Inode {
  return ino <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(ino) : ino;
}
