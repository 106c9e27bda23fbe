// One path of a target as a run finds it. In: nothing. Out: a type and its comparison with the database. Never: I/O.
import type { Stats } from 'node:fs';
import { isFatRow, isUntouchedOnFat } from '../tree/fat-stat.ts';
import type { InstalledPath } from '../tree/installed-path.ts';
import type { PathStat } from '../tree/path-stat.ts';

/** One path as it is now. The last four are there where they were needed: see observe.ts. `other` is a socket. */
export type Observed = PathStat & {
  readonly type: 'directory' | 'file' | 'symlink' | 'special' | 'other';
  /** The file system that it is on; inodes are numbers of one. */
  readonly device?: number;
  readonly sha256?: string;
  readonly xattrs?: string;
  /** Of a link; for a special file, what it is: `char 1:3`. */
  readonly target?: string;
  /** Names in a directory that no package wants any more. */
  readonly children?: readonly string[];
};

/** Whether lstat shows a path exactly as it was when it was laid down, so that its bytes need no look. */
export function isUntouched(row: InstalledPath | undefined, now: Observed | undefined): boolean {
  if (row === undefined || now === undefined) return false;
  if (isFatRow(row)) return isUntouchedOnFat(row, now);
  if ((row.type === 'hardlink' ? 'file' : row.type) !== now.type || row.inode !== now.inode) return false;
  const sameOwner = row.mode === now.mode && row.uid === now.uid && row.gid === now.gid;
  return sameOwner && row.sizeBytes === now.sizeBytes && row.mtimeMs === now.mtimeMs && row.ctimeMs === now.ctimeMs;
}

/** What lstat found. */
export function typeOf(stat: Stats): Observed['type'] {
  if (stat.isDirectory()) return 'directory';
  if (stat.isFile()) return 'file';
  if (stat.isSymbolicLink()) return 'symlink';
  return stat.isSocket() ? 'other' : 'special';
}
