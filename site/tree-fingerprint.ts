import { createHash } from 'node:crypto';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { whenMissing } from '../lib/when-missing.ts';

/**
 * A digest of names, sizes, times and inodes of everything below a directory, without reading contents.
 * An edit changes it: the kernel sets ctime, which no program can forge. A directory that is missing has one too.
 */
export async function treeFingerprint(dir: string): Promise<string> {
  const digest = createHash('sha256');
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch(whenMissing([]));
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).sort();
  for (const path of paths) {
    // An editor may have removed its temporary file since the directory was read.
    const found = await lstat(path, { bigint: true }).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (found === undefined) continue;
    digest.update(`${path}\0${found.ino}\0${found.mode}\0${found.size}\0${found.mtimeNs}\0${found.ctimeNs}\n`);
  }
  return digest.digest('hex');
}
