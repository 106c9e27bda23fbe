import { access, constants, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../lib/errors.ts';
import { isSystemError, whenCode } from '../lib/when-missing.ts';
import type { HookFile } from './plan-hooks.ts';

/** Where packages put their hooks, and where the administrator puts others. */
export const PACKAGED_HOOKS = '/usr/lib/update-cluster';
export const OWN_HOOKS = '/etc/update-cluster/updatelist';

/** What a directory of hooks holds; nothing if there is none. @throws UserError if it cannot be read */
export async function readHooks(dir: string): Promise<HookFile[]> {
  try {
    return await Promise.all((await readdir(dir)).map((name) => readHook(name, join(dir, name))));
  } catch (error) {
    if (!isSystemError(error)) throw error;
    if (error.code === 'ENOENT') return [];
    throw new UserError(`reading the hooks in ${dir} failed`, { cause: error });
  }
}

async function readHook(name: string, path: string): Promise<HookFile> {
  const found = await stat(path).catch(whenCode(['ENOENT', 'ELOOP', 'ENOTDIR'], undefined));
  const isExecutable = await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
  // 1:3 is /dev/null.
  const isNull = found?.isCharacterDevice() === true && found.rdev === 0x103;
  const otherKind = isNull ? 'null' : found?.isDirectory() === true ? 'directory' : 'other';
  const kind = found?.isFile() === true ? 'file' : otherKind;
  return { name, path, kind, sizeBytes: found?.size ?? 0, isExecutable };
}
