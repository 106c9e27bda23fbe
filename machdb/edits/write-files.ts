import { access, constants, lstat, readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { UserError } from '../../lib/errors.ts';
import { stageFile } from '../../lib/write-file-atomically.ts';
import type { StagedFile } from '../../lib/write-file-atomically.ts';
import { whenMissing } from '../../lib/when-missing.ts';
import type { ChangedFile } from './draft.ts';
import { isUnchanged, listNames } from './read-files.ts';
import type { ReadFile } from './read-files.ts';

type Writing = {
  readonly dir: string;
  /** Everything that the edit was planned and checked on. */
  readonly read: readonly ReadFile[];
  readonly changed: readonly ChangedFile[];
  /** False when another edit may have begun. */
  readonly isLocked: () => boolean;
};
type Staged = { readonly file: ChangedFile; readonly staged: StagedFile };

const UNCHANGED = 'nothing was changed';

/**
 * Writes the changed files: all of them beside their places first, then each into its place, in the order given.
 * @throws UserError when one cannot be written or any file of the database has changed since it was read; nothing was
 * changed then, or the message names what was.
 */
export async function writeFiles(writing: Writing): Promise<void> {
  const { read, changed } = writing;
  const before = new Map(read.map((file) => [file.path, file]));
  for (const file of changed) await refuseUnwritable(file, before.get(file.path));
  const staged: Staged[] = [];
  try {
    for (const file of changed) staged.push({ file, staged: await stage(file, before.get(file.path)) });
    await refuseChanged(writing);
    await commitAll(staged);
  } finally {
    for (const { staged: temporary } of staged) await temporary.discard();
  }
}

async function refuseUnwritable(file: ChangedFile, before: ReadFile | undefined): Promise<void> {
  if (before === undefined) return;
  // Root may write everything; a file without any write permission is meant to stay all the same.
  const readOnly = (before.state.mode & 0o222n) === 0n;
  const cause = readOnly
    ? new Error('it is read-only')
    : await access(before.target, constants.W_OK).catch((error: Error) => error);
  if (cause !== undefined) throw new UserError(`cannot write ${file.path}; ${UNCHANGED}`, { cause });
}

async function stage(file: ChangedFile, before: ReadFile | undefined): Promise<StagedFile> {
  try {
    if (before === undefined) return await stageFile(file.path, file.newText);
    const { target, state } = before;
    const owner = { uid: Number(state.uid), gid: Number(state.gid) };
    return await stageFile(target, file.newText, { mode: Number(state.mode & 0o7777n), owner });
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).syscall === 'fchown' ? 'keep the owner of' : 'write';
    const dir = dirname(before?.target ?? file.path);
    throw new UserError(`cannot ${why} ${file.path}: no new file in ${dir} is possible; ${UNCHANGED}`, { cause });
  }
}

/** An editor takes no lock; what it has saved meanwhile must not be lost, nor go unchecked. */
async function refuseChanged({ dir, read, changed, isLocked }: Writing): Promise<void> {
  const names = read.map(({ path }) => basename(path));
  const now = await listNames(dir);
  const others = now.filter((name) => !names.includes(name)).concat(names.filter((name) => !now.includes(name)));
  const same = await Promise.all(read.map(isUnchanged));
  const touched = read.filter((_, index) => !same[index]).map(({ path }) => path);
  for (const { path } of changed) {
    const file = read.find((file) => file.path === path);
    // The clock of the file system ticks too slowly to see every change.
    if (file !== undefined && !(await readFile(file.target)).equals(file.bytes)) touched.push(path);
    if (file === undefined && (await lstat(path).catch(whenMissing(undefined))) !== undefined) touched.push(path);
  }
  const all = [...new Set([...touched, ...others])];
  const hint = 'run the command again';
  if (all.length > 0)
    throw new UserError(`${all.join(', ')} changed while this edit was being made; ${UNCHANGED}`, { hint });
  if (!isLocked()) throw new UserError(`the lock on ${dir} was lost; ${UNCHANGED}`, { hint });
}

async function commitAll(files: readonly Staged[]): Promise<void> {
  const written: string[] = [];
  for (const { file, staged } of files) {
    try {
      await staged.commit();
    } catch (cause) {
      const said =
        written.length === 0
          ? UNCHANGED
          : `${written.join(', ')} ${written.length === 1 ? 'is' : 'are'} already written`;
      throw new UserError(`cannot replace ${file.path}; ${said}`, {
        cause,
        hint: 'machdb check, then the same command again',
      });
    }
    written.push(file.path);
  }
}
