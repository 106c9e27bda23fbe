// One version of a file, moved into the history or out of it. In: two paths of regular files. Out: the same file under
// the other name. Never: follows a link at the end of a path; leaves a copy that is partly written under its name; lets
// a version share its bytes with a name that somebody may write to.
import { closeSync, constants, copyFileSync, existsSync, fchmodSync, fchownSync, fstatSync, fsyncSync } from 'node:fs';
import { lstatSync, openSync, readdirSync, renameSync, rmSync, unlinkSync } from 'node:fs';
import { setTime, timeOf } from '../native/times.ts';
import { tryLink } from './try-link.ts';
import { readXattrs, writeXattrs } from './xattrs.ts';

const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * Gives a file that is about to be replaced a second name: a hard link where that can be and nobody else has the file,
 * or else a synced copy with all its metadata.
 */
export function keepVersion(from: string, to: string): void {
  rmSync(to, { force: true });
  if (lstatSync(from).nlink > 1 || !tryLink(from, to)) copyVersion(from, to);
}

/** Takes a file's name away and gives it another: there is no moment at which it has both, unless it has others, too. */
export function moveVersion(from: string, to: string): void {
  if (lstatSync(from).nlink === 1 && tryRename(from, to)) return;
  copyVersion(from, to);
  unlinkSync(from);
}

/** Makes each kept version that has another name, as a run that broke off may leave it, a file of its own. */
export function separateVersions(dir: string): void {
  for (const name of existsSync(dir) ? readdirSync(dir) : []) {
    const kept = `${dir}/${name}`;
    if (lstatSync(kept).nlink > 1) copyVersion(kept, kept);
  }
}

function tryRename(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    return false;
  }
}

/** Gives a file a second name that shares nothing with the first, however either is written to later. */
export function copyVersion(from: string, to: string): void {
  const source = openSync(from, READ);
  const temporary = `${to}.part`;
  try {
    const stat = fstatSync(source, { bigint: true });
    if (!stat.isFile()) throw new Error('it is no longer a regular file');
    rmSync(temporary, { force: true });
    copyFileSync(`/proc/self/fd/${source}`, temporary, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    const copy = openSync(temporary, READ);
    try {
      fchownSync(copy, Number(stat.uid), Number(stat.gid));
      fchmodSync(copy, Number(stat.mode) & 0o7777);
      writeXattrs(copy, readXattrs(source).xattrs);
      setTime(copy, timeOf(stat.mtimeNs));
      fsyncSync(copy);
    } finally {
      closeSync(copy);
    }
    renameSync(temporary, to);
  } finally {
    closeSync(source);
    rmSync(temporary, { force: true });
  }
}
