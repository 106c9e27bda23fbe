import type { BigIntStats } from 'node:fs';
import { lstat, readdir, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../lib/errors.ts';
import { openRegularFile } from '../../lib/read-regular-file.ts';
import { whenMissing } from '../../lib/when-missing.ts';
import type { MachdbFile } from './draft.ts';

/** A file as it was read. */
export type ReadFile = MachdbFile & {
  /** Where it really is: a symbolic link is followed. */
  readonly target: string;
  readonly bytes: Buffer;
  readonly state: BigIntStats;
};

const HINT = 'give --site the directory that holds machdb/';

/**
 * Reads the files of a database as load.ts does, with what is needed to see later that they have not changed.
 * @throws UserError when there is nothing to read.
 */
export async function readFiles(dir: string): Promise<ReadFile[]> {
  const names = await listNames(dir);
  if (names.length === 0) throw new UserError(`no file *.db in ${dir}`, { exitCode: 2, hint: HINT });
  return Promise.all(names.map((name) => readOne(join(dir, name))));
}

/** The names `*.db` in a directory, in order. */
export async function listNames(dir: string): Promise<string[]> {
  try {
    const names = await readdir(dir);
    return names.filter((name) => name.endsWith('.db') && !name.startsWith('.')).sort();
  } catch (cause) {
    throw new UserError(`cannot read the machine database in ${dir}`, { exitCode: 2, cause, hint: HINT });
  }
}

/** Removes what edits that were killed have left; to be called with the lock held, when no other edit can be at work. */
export async function removeLeftovers(dir: string): Promise<void> {
  const names = await readdir(dir).catch(whenMissing<string[]>([]));
  for (const name of names) {
    const of = /^\.(.+\.db)\.[0-9a-f]{12}$/.exec(name)?.[1];
    if (of !== undefined && names.includes(of)) await rm(join(dir, name), { force: true });
  }
}

/** Whether a file is still the one that was read, as far as its inode tells. */
export async function isUnchanged({ target, state }: ReadFile): Promise<boolean> {
  const now = await lstat(target, { bigint: true }).catch(whenMissing(undefined));
  return (
    now !== undefined &&
    now.ino === state.ino &&
    now.size === state.size &&
    now.mtimeNs === state.mtimeNs &&
    now.ctimeNs === state.ctimeNs
  );
}

async function readOne(path: string): Promise<ReadFile> {
  try {
    const target = await realpath(path);
    await using file = await openRegularFile(target);
    const state = await file.stat({ bigint: true });
    const bytes = await file.readFile();
    return { path, text: bytes.toString('utf8'), target, bytes, state };
  } catch (cause) {
    throw new UserError(`cannot read ${path}`, { exitCode: 2, cause });
  }
}
