import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { relative } from 'node:path';
import { listFiles } from './list-files.ts';

/** Hexadecimal SHA-256 over the parts, each with its length, so that no two lists share one. */
export function digestOf(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest('hex');
}

/** One digest over a folder's files that pass `filter`: by their bytes, or quicker by their names and sizes. */
export async function digestOfFolder(
  folder: string,
  filter: (path: string) => boolean,
  by: 'bytes' | 'names and sizes' = 'bytes',
): Promise<string> {
  const parts: (string | Uint8Array)[] = [];
  for (const path of (await listFiles(folder)).filter(filter).sort()) {
    parts.push(relative(folder, path), by === 'bytes' ? await readFile(path) : String((await stat(path)).size));
  }
  return digestOf(parts);
}
