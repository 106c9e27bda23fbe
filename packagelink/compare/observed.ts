// One path of a target as a run finds it, and whether it is as it was laid down. In: an lstat, a row of the state
// database. Out: a comparison of both. Never: I/O.
import type { Stats } from 'node:fs';
import { specialOf } from '../native/device-nodes.ts';
import { isFatRow, isUntouchedOnFat } from '../tree/fat-stat.ts';
import type { InstalledPath } from '../tree/installed-path.ts';
import { asPathStat } from '../tree/path-stat.ts';
import type { Inode, PathStat } from '../tree/path-stat.ts';

/** One path as it is now. The last four are there where they were needed: see observe.ts. `other` is a socket. */
export type Observed = PathStat & {
  readonly type: 'directory' | 'file' | 'symlink' | 'special' | 'other';
  /** The file system that it is on; inodes are numbers of one. */
  readonly device?: number;
  /** How many names the file has, wherever they are. */
  readonly links?: number;
  readonly sha256?: string;
  readonly xattrs?: string;
  /** Of a link; for a special file, what it is: `char 1:3`. */
  readonly target?: string;
  /** Names in a directory that no package wants any more. */
  readonly children?: readonly string[];
};

/**
 * Whether a path is exactly as it was when it was laid down, so that its bytes need no look. A forged mtime is noticed by
 * inode and ctime. What lies in a directory changes its times, and is not always ours: a directory is compared by mode,
 * owner and, where `now` has them, attributes.
 */
export function isUntouched(
  row: (PathStat & Pick<InstalledPath, 'type' | 'xattrs'>) | undefined,
  now: Observed | undefined,
): boolean {
  if (row === undefined || now === undefined) return false;
  if (isFatRow(row)) return isUntouchedOnFat(row, now);
  if ((row.type === 'hardlink' ? 'file' : row.type) !== now.type) return false;
  if (row.type !== 'directory') {
    if (row.inode !== now.inode || row.ctimeMs !== now.ctimeMs) return false;
    if (row.mtimeMs !== now.mtimeMs || row.sizeBytes !== now.sizeBytes) return false;
  }
  if (row.mode !== now.mode || row.uid !== now.uid || row.gid !== now.gid) return false;
  return row.type !== 'directory' || row.xattrs === (now.xattrs ?? row.xattrs);
}

/** What lstat found. @param exact the inode number, as `exactInode` says it */
export function observedOf(stat: Stats, exact: Inode): Observed {
  const { mode, uid, gid, sizeBytes, inode, mtimeMs, ctimeMs } = asPathStat(stat, exact);
  const type = typeOf(stat);
  const { dev: device, nlink: links } = stat;
  const observed: Observed = { mode, uid, gid, sizeBytes, inode, mtimeMs, ctimeMs, type, device, links };
  return type === 'special' ? { ...observed, target: specialOf(stat) ?? '' } : observed;
}

function typeOf(stat: Stats): Observed['type'] {
  if (stat.isDirectory()) return 'directory';
  if (stat.isFile()) return 'file';
  if (stat.isSymbolicLink()) return 'symlink';
  return stat.isSocket() ? 'other' : 'special';
}
