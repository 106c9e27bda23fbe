import { realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UserError } from '../../lib/errors.ts';
import { readRegularFile } from '../../lib/read-regular-file.ts';
import { writeFileAtomically } from '../../lib/write-file-atomically.ts';
import { whenMissing } from '../../lib/when-missing.ts';

/** The bytes of a file, undefined when there is none. */
export async function readDocument(path: string): Promise<Buffer | undefined> {
  try {
    return await readRegularFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new UserError(`cannot read ${path}, the old version of the export`, { cause: error });
  }
}

/** Replaces a file in one step, or where it is a link what it points to; an old file's permission bits are kept. */
export async function writeDocument(path: string, chunks: readonly Buffer[]): Promise<void> {
  try {
    const target = await realpath(path).catch(whenMissing(path));
    const mode = await stat(target).then(
      (stats) => stats.mode & 0o777,
      () => 0o644,
    );
    await writeFileAtomically(target, chunks, mode);
  } catch (error) {
    const hint = (error as NodeJS.ErrnoException).code === 'ENOENT' ? { hint: `mkdir -p ${dirname(path)}` } : {};
    throw new UserError(`cannot write ${path}; what was there before is unchanged`, { cause: error, ...hint });
  }
}
