import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { lstat, open } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from './errors.ts';
import { stageFile, writeFileAtomically } from './write-file-atomically.ts';

/**
 * Writes a file as `writeFileAtomically` does. When root writes it, it belongs to whom its directory belongs to: what
 * root's commands make in the state of a server that is not root, the server can still read and replace. The directory
 * is opened first, and a link to it is followed only if it is root's: its owner cannot lead root elsewhere.
 * @param mode permission bits of the new file, 0o644 unless given.
 * @throws UserError for a link that is somebody else's
 */
export async function writeFileForOwner(path: string, data: string | Uint8Array, mode = 0o644): Promise<void> {
  if (process.getuid?.() !== 0) return writeFileAtomically(path, data, mode);
  await using directory = await openDirectory(dirname(path));
  const { uid, gid } = await directory.stat();
  if (uid === 0) return await writeFileAtomically(path, data, mode);
  // Names the directory that is open, whatever its path leads to by now.
  const place = join(`/proc/self/fd/${directory.fd}`, basename(path));
  const staged = await stageFile(place, data, { mode, owner: { uid, gid } });
  try {
    await staged.commit();
  } finally {
    await staged.discard();
  }
}

async function openDirectory(dir: string): Promise<FileHandle> {
  const found = await lstat(dir);
  const isLink = found.isSymbolicLink();
  if (isLink && found.uid !== 0) {
    throw new UserError(`${dir} is a symbolic link of uid ${found.uid}, and root does not write through it`, {
      hint: `ls -l ${dir}`,
    });
  }
  return open(dir, constants.O_RDONLY | constants.O_DIRECTORY | (isLink ? 0 : constants.O_NOFOLLOW));
}
