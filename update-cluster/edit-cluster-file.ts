// Edits of the file cluster.xml. In: a path, and what should become of the bytes. Out: a new file in its place. Never:
// writes into the old file, or keeps a part of the new one.
import { constants } from 'node:fs';
import { access, lstat, mkdir, readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { UserError } from '../lib/errors.ts';
import { lockDirectory } from '../lib/lock-directory.ts';
import { isSystemError, whenCode, whenMissing } from '../lib/when-missing.ts';
import { stageFile } from '../lib/write-file-atomically.ts';
import type { Encoding } from './document/cluster-document.ts';
import { encodeDocument, LARGEST_BYTES } from './document/decode-document.ts';
import { readClusterFile, tooLarge } from './read-cluster-file.ts';

/** As long as a queue of a few hundred edits may take. */
const LOCK_SECONDS = 120;

/** The new text of a file; undefined if it should stay as it is. */
type NewText = { readonly text: string; readonly encoding: Encoding } | undefined;

/**
 * Replaces a file under a lock by what `edit` makes of its bytes, undefined where there is none. A reader sees the old
 * file or the new one. Mode and owner stay; a symbolic link stays, and what it leads to is replaced.
 * @throws UserError; what `edit` throws. The file is then as it was.
 */
export async function editClusterFile<T extends { readonly changed: NewText }>(
  file: string,
  edit: (bytes: Buffer | undefined) => T,
): Promise<T> {
  const target = await followLinks(file);
  await makeDirectory(dirname(target));
  await using _lock = await lockDirectory(dirname(target), LOCK_SECONDS);
  const before = await stat(target).catch(whenMissing(undefined));
  if (before !== undefined) await requireWritable(target, before);
  const result = edit(before === undefined ? undefined : readClusterFile(target));
  if (result.changed === undefined) return result;
  const { text, encoding } = result.changed;
  const bytes = encodeDocument(text, encoding);
  if (bytes.length > LARGEST_BYTES) throw tooLarge(`the new ${target}`);
  try {
    const staged = await stageFile(
      target,
      bytes,
      before === undefined ? {} : { mode: before.mode & 0o7777, owner: before },
    );
    await staged.commit();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new UserError(`writing ${target} failed; it is as it was`, { cause: error });
  }
  return result;
}

/** What a link leads to, which need not exist. */
async function followLinks(file: string, depth = 0): Promise<string> {
  if (depth > 40) throw new UserError(`${file} is a link that leads to itself`, { exitCode: 2 });
  const real = await realpath(file).catch(whenCode(['ENOENT', 'ELOOP', 'ENOTDIR'], undefined));
  if (real !== undefined) return real;
  const found = await lstat(file).catch(whenMissing(undefined));
  if (found?.isSymbolicLink() === true) return followLinks(resolve(dirname(file), await readlink(file)), depth + 1);
  return join(await realpath(dirname(file)).catch(whenMissing(dirname(file))), basename(file));
}

/** Makes the last directory of a path, such as `/etc/update-cluster`; a longer path is probably wrong. */
async function makeDirectory(dir: string): Promise<void> {
  try {
    await mkdir(dir);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    if (error.code === 'EEXIST') return;
    const found = await stat(dir).catch(() => undefined);
    if (found?.isDirectory() === true) return;
    throw new UserError(`the directory ${dir} is missing and cannot be made`, {
      exitCode: 2,
      cause: error,
      hint: `mkdir -p ${dir}`,
    });
  }
}

async function requireWritable(file: string, found: { isFile: () => boolean; mode: number }): Promise<void> {
  if (!found.isFile()) throw new UserError(`${file} is not a regular file, and is not replaced`, { exitCode: 2 });
  // Root could, but whoever took all write bits away did not want it.
  const mayWrite =
    (found.mode & 0o222) !== 0 &&
    (await access(file, constants.W_OK).then(
      () => true,
      () => false,
    ));
  if (mayWrite) return;
  throw new UserError(`${file} is read-only; it is as it was`, { hint: `ls -l ${file}` });
}
