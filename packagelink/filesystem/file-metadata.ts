// Owner, mode, attributes and time of one path. In: a descriptor or path, what is wanted. Out: set. Never: decides.
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  lchownSync,
  openSync,
} from 'node:fs';
import { setTime } from '../native/times.ts';
import type { WantedMetadata, WantedSpecial, WantedSymlink } from '../tree/tree.ts';
import { writeXattrs } from './xattrs.ts';

/** Not in Node's constants; the same on x86-64 and arm64. */
const O_PATH = 0o10000000;

/**
 * Sets owner, mode, attributes and time of an open file or directory, in the order that keeps setuid and
 * capabilities; nothing else stays, not even an ACL that the directory has left to it. On FAT there is only the time. What
 * is new may get less than is wanted: root is refused only by a file system that does not keep it.
 */
export function setMetadata(
  fd: number,
  wanted: WantedMetadata & { readonly onFat?: true },
  options: { readonly isNew?: boolean } = {},
): void {
  if (wanted.onFat !== true) {
    const { isNew = false } = options;
    allow(isNew, () => fchownSync(fd, wanted.uid, wanted.gid));
    allow(isNew, () =>
      fchmodSync(
        fd,
        safeMode(wanted, () => fstatSync(fd)),
      ),
    );
    writeXattrs(fd, wanted.xattrs);
  }
  setWantedTime(fd, wanted);
}

/** The same for what cannot be opened without consequences. The path is not followed. */
export function setMetadataOfPath(place: string, wanted: WantedSpecial | WantedSymlink): void {
  if (wanted.type === 'symlink') lchownSync(place, wanted.uid, wanted.gid);
  else setOwnerAndMode(place, wanted);
  writeXattrs(place, wanted.xattrs);
  setWantedTime(place, wanted);
}

/** Sets the wanted time of modification, if there is one. */
export function setWantedTime(place: string | number, { mtimeSeconds, mtimeNanoseconds = 0 }: WantedMetadata): void {
  if (mtimeSeconds !== undefined) setTime(place, { seconds: mtimeSeconds, nanoseconds: mtimeNanoseconds });
}

const REFUSALS = new Set(['EPERM', 'EINVAL', 'ENOTSUP', 'ENOSYS']);

function allow(isNew: boolean, work: () => void): void {
  try {
    work();
  } catch (error) {
    const isKept = isNew && process.geteuid?.() === 0 && REFUSALS.has((error as NodeJS.ErrnoException).code ?? '');
    if (!isKept) throw error;
  }
}

// Setuid and setgid are meant for the owner that the package names, and for nobody else whom the file system puts there.
function safeMode({ mode, uid, gid }: WantedMetadata, readOwner: () => { uid: number; gid: number }): number {
  if ((mode & 0o6000) === 0) return mode;
  const owner = readOwner();
  return owner.uid === uid && owner.gid === gid ? mode : mode & ~0o6000;
}

// There is no lchmod. A descriptor of this kind names the inode without opening the device or waiting for a writer.
function setOwnerAndMode(place: string, wanted: WantedMetadata): void {
  const fd = openSync(place, O_PATH | constants.O_NOFOLLOW);
  try {
    chownSync(`/proc/self/fd/${fd}`, wanted.uid, wanted.gid);
    chmodSync(`/proc/self/fd/${fd}`, wanted.mode);
  } finally {
    closeSync(fd);
  }
}
