import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** A file that is written and synced under another name, `.NAME.` and 12 hexadecimal digits, in the same directory. */
export type StagedFile = {
  /** Puts it in its place, which a reader or a power cut sees whole or not at all. */
  readonly commit: () => Promise<void>;
  /** Removes it; does nothing after `commit`. */
  readonly discard: () => Promise<void>;
};

/** The whole of a file, or its pieces in order. */
type FileData = string | Uint8Array | readonly Uint8Array[];

type StageOptions = {
  /** Permission bits, 0o644 unless given. */
  readonly mode?: number;
  /** The caller's unless given. */
  readonly owner?: { readonly uid: number; readonly gid: number };
};

/**
 * Writes a file so that a reader, or a power cut, sees the old bytes or the new ones, never a part.
 * @param mode permission bits of the new file, 0o644 unless given.
 */
export async function writeFileAtomically(path: string, data: FileData, mode = 0o644): Promise<void> {
  const staged = await stageFile(path, data, { mode });
  try {
    await staged.commit();
  } finally {
    await staged.discard();
  }
}

/** The first half of writeFileAtomically, for several files that should change together. */
export async function stageFile(
  path: string,
  data: FileData,
  { mode = 0o644, owner }: StageOptions = {},
): Promise<StagedFile> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`);
  const discard = () => rm(temporary, { force: true });
  try {
    await using file = await open(temporary, 'wx', mode);
    if (owner !== undefined) await file.chown(owner.uid, owner.gid);
    // After chown, which clears the set-id bits.
    await file.chmod(mode);
    await file.writeFile(data);
    await file.sync();
  } catch (error) {
    await discard();
    throw error;
  }
  const commit = async () => {
    await rename(temporary, path);
    await using directory = await open(dirname(path), 'r');
    await directory.sync();
  };
  return { commit, discard };
}
