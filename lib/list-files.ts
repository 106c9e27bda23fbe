import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Paths of the regular files below a folder. Links are not followed: in an unpacked system they lead to the host. */
export async function listFiles(folder: string): Promise<string[]> {
  const files: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isFile()) files.push(path);
    if (entry.isDirectory()) files.push(...(await listFiles(path)));
  }
  return files;
}
