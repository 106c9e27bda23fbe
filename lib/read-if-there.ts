import { readFile } from 'node:fs/promises';
import { UserError } from './errors.ts';

/** The bytes of a file; undefined when there is none. @throws UserError that names it */
export async function readIfThere(file: string): Promise<Buffer<ArrayBuffer> | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new UserError(`reading ${file} failed`, { cause: error });
  }
}
