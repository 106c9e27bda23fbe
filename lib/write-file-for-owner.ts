import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { stageFile } from './write-file-atomically.ts';

/**
 * Writes a file as `writeFileAtomically` does. When root writes it, it belongs to whom its directory belongs to: what
 * root's commands make in the state of a server that is not root, the server can still read and replace.
 * @param mode permission bits of the new file, 0o644 unless given.
 */
export async function writeFileForOwner(path: string, data: string | Uint8Array, mode = 0o644): Promise<void> {
  const { uid, gid } = await stat(dirname(path));
  const isOthers = process.getuid?.() === 0 && uid !== 0;
  const staged = await stageFile(path, data, { mode, ...(isOthers ? { owner: { uid, gid } } : {}) });
  try {
    await staged.commit();
  } finally {
    await staged.discard();
  }
}
