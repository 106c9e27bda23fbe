// What lstat shows of a file on FAT. In: numbers of lstat. Out: what stands for them in the state database; whether a
// file is as it was laid down. Never: I/O.
import type { PathStat } from './path-stat.ts';

const TIME_STEP_SECONDS = 2;
/** 1980-01-01 to 2107-12-31, in seconds since 1970. */
const TIMES = { first: 315_532_800, last: 4_354_819_198 } as const;

/**
 * What a row keeps of a file on FAT: owner and mode of the package, as they are nowhere else; no inode number and no
 * time of change, as both are new with every mount.
 */
export function asFatStat(stat: PathStat, { mode, uid, gid }: Pick<PathStat, 'mode' | 'uid' | 'gid'>): PathStat {
  return { ...stat, mode, uid, gid, inode: 0, ctimeMs: 0 };
}

/** Whether a row is of a path on FAT. No file system has an inode 0. */
export function isFatRow(row: Pick<PathStat, 'inode'>): boolean {
  return row.inode === 0;
}

/**
 * Whether a file on FAT is as it was laid down, as far as lstat can say: it has neither owner nor mode of its own, its
 * inode numbers change with every mount, and its times go in steps of two seconds.
 */
export function isUntouchedOnFat(row: FatFile, now: FatFile): boolean {
  if (row.type !== now.type) return false;
  return row.type === 'directory' || (row.sizeBytes === now.sizeBytes && isSameFatTime(row.mtimeMs, now.mtimeMs));
}

type FatFile = Pick<PathStat, 'sizeBytes' | 'mtimeMs'> & { readonly type: string };

/** Whether two times, in milliseconds, are one on FAT. */
export function isSameFatTime(oneMs: number, otherMs: number): boolean {
  return fatTime(oneMs / 1000) === fatTime(otherMs / 1000);
}

/** The seconds that FAT keeps of a time: whole steps of two, from 1980 to 2107. */
export function fatTime(seconds: number): number {
  const kept = Math.floor(seconds / TIME_STEP_SECONDS) * TIME_STEP_SECONDS;
  return Math.min(Math.max(kept, TIMES.first), TIMES.last);
}
