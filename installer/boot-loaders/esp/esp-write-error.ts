// What the system said while a file of an EFI system partition was written or removed, as a person needs it. In: what is
// done to which file. Out: what it returned. Never: hides an error that is not the system's.
import { statfs } from 'node:fs/promises';
import { formatBytes } from '../../../lib/bytes.ts';
import { UserError } from '../../../lib/errors.ts';
import { isSystemError } from '../../../lib/when-missing.ts';

export const FULL_HINT = 'delete what no system on it needs, or give PARTITION a larger one: (a 512M vfat /boot/efi)';
const HINTS: Readonly<Record<string, string>> = {
  ENOSPC: FULL_HINT,
  EROFS: 'the kernel makes a damaged FAT read-only: read the last lines of dmesg, umount it, then fsck.vfat -a on it',
  EIO: 'the last lines of dmesg, and smartctl -a of its disk',
};

/** @throws UserError that names the file, what is free, and what to do */
export async function explainEspError<T>(top: string, path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!isSystemError(cause)) throw cause;
    const free = await statfs(top).then(
      ({ bavail, bsize }) => formatBytes(bavail * bsize),
      () => 'an unknown number of bytes',
    );
    const hint = HINTS[cause.code];
    throw new UserError(
      `${path} could not be changed, and no file is half written; ${free} are free on the EFI system partition`,
      { cause, ...(hint === undefined ? {} : { hint }) },
    );
  }
}
