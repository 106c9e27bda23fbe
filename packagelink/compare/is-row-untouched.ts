// One path of the state database beside what lstat shows. In: its numbers, a target. Out: whether it is as it was. Never:
// writes; follows a link of the target.
import { lstatSync, readlinkSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { isFatRow, isUntouchedOnFat } from '../tree/fat-stat.ts';
import { hashFile } from '../filesystem/hash-file.ts';
import { LSTAT, TYPES } from '../state/lstat-columns.ts';
import type { LstatPart } from '../state/lstat-columns.ts';
import { typeOf } from './observed.ts';
import { xattrsKey } from '../tree/tree.ts';
import { readXattrs } from '../filesystem/xattrs.ts';

type PartRow = { readonly part: LstatPart; readonly index: number };

type Against = {
  /** The target's real path. */
  readonly root: string;
  /** Whether files are read and hashed, too. */
  readonly contents: boolean;
};

/** What cannot be read is not as it was, either: a run looks closer, and says what is wrong. */
export function isRowUntouched(row: PartRow, against: Against): boolean {
  try {
    return looksUntouched(row, against);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    return false;
  }
}

// A forged mtime is noticed by inode and ctime. What lies in a directory changes its times, and is not always ours.
function looksUntouched(row: PartRow, { root, contents }: Against): boolean {
  const { paths, stats, xattrs } = row.part;
  const path = paths[row.index] ?? '';
  const was = (column: number) => stats[row.index * LSTAT.numbers + column] ?? Number.NaN;
  const place = `${root}/${path}`;
  const stat = lstatSync(place, { throwIfNoEntry: false });
  if (stat === undefined) return false;
  const [type, mtimeMs] = [TYPES[was(LSTAT.type)], was(LSTAT.mtimeMs)];
  if (isFatRow({ inode: was(LSTAT.inode) })) {
    const then = { type: type ?? '', sizeBytes: was(LSTAT.size), mtimeMs };
    if (!isUntouchedOnFat(then, { type: typeOf(stat), sizeBytes: stat.size, mtimeMs: stat.mtimeMs })) return false;
    return !contents || isContentUntouched(row, place, stat);
  }
  if ((stat.mode & 0o7777) !== was(LSTAT.mode)) return false;
  if (stat.uid !== was(LSTAT.uid) || stat.gid !== was(LSTAT.gid)) return false;
  if (type === 'directory')
    return stat.isDirectory() && xattrsKey(readXattrs(place).xattrs) === (xattrs.get(path) ?? '');
  if (stat.ino !== was(LSTAT.inode) || stat.size !== was(LSTAT.size)) return false;
  if (stat.mtimeMs !== mtimeMs || stat.ctimeMs !== was(LSTAT.ctimeMs)) return false;
  return !contents || isContentUntouched(row, place, stat);
}

// Other names of a file have its inode, so that its bytes are read once.
function isContentUntouched({ part, index }: PartRow, place: string, stat: Stats): boolean {
  const type = TYPES[part.stats[index * LSTAT.numbers + LSTAT.type] ?? -1];
  const content = part.contents?.[index];
  if (type === 'file') return stat.isFile() && hashFile(place) === content?.sha256;
  return type !== 'symlink' || readlinkSync(place) === content?.target;
}
