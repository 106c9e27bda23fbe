// One file of a full install. In: a place, bytes, metadata. Out: the file, and what lstat will say of it. Never: one call
// more than needed; this runs twelve thousand times where a call costs twenty times as much as usual.
import { closeSync, constants, fchmodSync, fchownSync, fstatSync, openSync, unlinkSync } from 'node:fs';
import { UserError } from '../../lib/errors.ts';
import { exactInode } from '../filesystem/exact-inode.ts';
import { setWantedTime } from '../filesystem/file-metadata.ts';
import { asPathStat } from '../tree/path-stat.ts';
import type { PathStat } from '../tree/path-stat.ts';
import type { WantedFile } from '../tree/tree.ts';
import { finishLength, writeRun } from '../filesystem/write-bytes.ts';
import { writeXattrs } from '../filesystem/xattrs.ts';

/** What a file is made from, but for its bytes. */
export type FileToLay = Pick<
  WantedFile,
  'path' | 'mode' | 'uid' | 'gid' | 'mtimeSeconds' | 'mtimeNanoseconds' | 'xattrs' | 'sparse' | 'onFat'
> & { readonly content: Pick<WantedFile['content'], 'sizeBytes'> };

const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/**
 * Opens a new file; what is there gives way, unless `isKept` says otherwise: then it is undefined. With the umask at zero
 * the mode is right from the start: one call less for each of ten thousand files.
 */
export function createFile(root: string, file: FileToLay, isKept: () => boolean): number | undefined {
  const absolute = `${root}/${file.path}`;
  try {
    return openSync(absolute, CREATE, file.mode & 0o777);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw failed(file.path, error);
  }
  if (isKept()) return undefined;
  try {
    unlinkSync(absolute);
    return openSync(absolute, CREATE, file.mode & 0o777);
  } catch (error) {
    throw failed(file.path, error);
  }
}

/** Gives a file whose bytes are written all the rest, and closes it. */
export function finishFile(fd: number, file: FileToLay): PathStat {
  try {
    finishLength(fd, file);
    if (file.onFat !== true) setOwnerAndMore(fd, file);
    setWantedTime(fd, file);
    const stat = fstatSync(fd);
    return asPathStat(stat, exactInode(fd, stat));
  } catch (error) {
    throw failed(file.path, error);
  } finally {
    closeSync(fd);
  }
}

function setOwnerAndMore(fd: number, { uid, gid, mode, xattrs }: FileToLay): void {
  if (uid !== 0 || gid !== 0) fchownSync(fd, uid, gid);
  if (mode > 0o777) fchmodSync(fd, mode);
  if (xattrs !== undefined) writeXattrs(fd, xattrs);
}

/** A whole file at once; undefined where `isKept` keeps what is there. */
export function layWhole(
  root: string,
  file: FileToLay,
  bytes: Uint8Array,
  isKept: () => boolean = () => false,
): PathStat | undefined {
  const fd = createFile(root, file, isKept);
  if (fd === undefined) return undefined;
  try {
    writeRun(fd, bytes, { offset: 0, length: bytes.length, position: 0 }, file);
  } catch (error) {
    closeSync(fd);
    throw failed(file.path, error);
  }
  return finishFile(fd, file);
}

/** The error of one path, naming it. */
export function failed(path: string, cause: unknown): UserError {
  return new UserError(`could not install ${path}; the target is incomplete`, { cause });
}
