// Whether something has changed since last time, without asking a package system. In: a kind. Out: a short text that is the
// same while nothing changes, and the age of the lists. Never: opens a file.
import { createHash } from 'node:crypto';
import { glob, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PackageSystem } from './package-system.ts';

/** 22 characters of base64url. Takes a call of the kernel for each file: a few hundred. */
export async function readStamp({ stampPaths }: PackageSystem, root = '/'): Promise<string> {
  const hash = createHash('sha256');
  for (const path of stampPaths) {
    for (const file of await filesOf(join(root, path))) hash.update(`${file}\t${await describeFile(file)}\n`);
  }
  return hash.digest('base64url').slice(0, 22);
}

/** When the lists last changed, in seconds since 1970; undefined when there are none. */
export async function readListsUpdatedAt({ listFiles }: PackageSystem, root = '/'): Promise<number | undefined> {
  const times: number[] = [];
  for (const pattern of listFiles) {
    for await (const file of glob(join(root, pattern))) {
      const found = await stat(file).catch(() => undefined);
      // The time of the contents may be the repository's; this one is when the file came here.
      if (found !== undefined) times.push(Math.floor(found.ctimeMs / 1000));
    }
  }
  return times.length === 0 ? undefined : Math.max(...times);
}

/** Of each place that fits the pattern. */
async function filesOf(pattern: string): Promise<string[]> {
  if (!pattern.includes('*')) return filesAt(pattern);
  const places = (await Array.fromAsync(glob(pattern))).sort();
  return (await Promise.all(places.map(filesAt))).flat();
}

/** A directory's own times change when a lock is taken in it, so only its entries count. */
async function filesAt(path: string): Promise<string[]> {
  const names = await readdir(path).catch(() => undefined);
  return names === undefined ? [path] : names.sort().map((name) => join(path, name));
}

/** Replaced files have another number; those that were written in place another time. rpm's queries set the change time. */
async function describeFile(file: string): Promise<string> {
  const found = await stat(file, { bigint: true }).catch(() => undefined);
  if (found === undefined || found.isDirectory()) return found === undefined ? 'none' : 'directory';
  return [found.ino, found.size, found.mtimeNs].join(' ');
}
