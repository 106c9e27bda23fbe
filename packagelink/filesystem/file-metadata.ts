// Owner, mode, attributes and time of one path. In: a descriptor or path, what is wanted. Out: set. Never: decides.
import { chmodSync, chownSync, closeSync, constants, fchmodSync, fchownSync, lchownSync, openSync } from 'node:fs';
import { setTime } from '../native/times.ts';
import type { WantedMetadata, WantedSpecial, WantedSymlink } from '../tree/tree.ts';
import { writeXattrs } from './xattrs.ts';

/** Not in Node's constants; the same on x86-64 and arm64. */
const O_PATH = 0o10000000;

/**
 * Sets owner, mode, attributes and time of an open file or directory, in the order that keeps setuid and
 * capabilities; nothing else stays, not even an ACL that the directory has left to it. On FAT there is only the time.
 */
export function setMetadata(fd: number, wanted: WantedMetadata & { readonly onFat?: true }): void {
  if (wanted.onFat !== true) {
    fchownSync(fd, wanted.uid, wanted.gid);
    fchmodSync(fd, wanted.mode);
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
