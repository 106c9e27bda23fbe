// Contents of files, each below its SHA-256. In: a directory. Out: files that are whole, or nothing. Never: shows one whose bytes
// are not those of its name.
import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, renameSync } from 'node:fs';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** A file that was looked through is not looked through again for so long, unless its time, size or number is another. */
const TRUSTED_MS = 600_000;

export type Contents = ReturnType<typeof openContents>;

export function openContents(directory: string, now: () => number) {
  const trusted = new Map<string, { readonly mark: string; readonly atMs: number }>();
  const looking = new Map<string, Promise<boolean>>();
  const pathOf = (sha256: string): string => join(directory, 'contents', sha256.slice(0, 2), sha256);
  const incoming = join(directory, 'incoming');

  async function look(sha256: string, sizeBytes: number): Promise<boolean> {
    const path = pathOf(sha256);
    const found = await stat(path, { bigint: true }).catch(() => undefined);
    if (found === undefined || found.size !== BigInt(sizeBytes)) return false;
    const mark = `${found.ino} ${found.mtimeNs} ${found.ctimeNs}`;
    const before = trusted.get(sha256);
    if (before?.mark === mark && now() - before.atMs < TRUSTED_MS) return true;
    const hash = createHash('sha256');
    const isRead = await pipeline(createReadStream(path), hash).then(
      () => true,
      () => false,
    );
    if (!isRead || hash.digest('hex') !== sha256) return false;
    trusted.set(sha256, { mark, atMs: now() });
    return true;
  }

  /** Whether it is here and whole. One look for all that ask at a time. */
  async function isWhole(sha256: string, sizeBytes: number): Promise<boolean> {
    const running = looking.get(sha256) ?? look(sha256, sizeBytes).finally(() => looking.delete(sha256));
    looking.set(sha256, running);
    return running;
  }

  /** A file that was synced gets its place, at once: a reader of either name finds it. */
  function adopt(file: string, sha256: string): void {
    const path = pathOf(sha256);
    mkdirSync(dirname(path), { recursive: true });
    renameSync(file, path);
  }

  async function remove(sha256: string): Promise<void> {
    trusted.delete(sha256);
    await rm(pathOf(sha256), { force: true });
  }

  /** After a crash: halves of files go, and contents that the store does not know. */
  async function tidy(known: ReadonlySet<string>): Promise<void> {
    await rm(incoming, { recursive: true, force: true });
    await mkdir(incoming, { recursive: true });
    await mkdir(join(directory, 'contents'), { recursive: true });
    const names = await readdir(join(directory, 'contents'), { recursive: true, withFileTypes: true });
    for (const entry of names) {
      if (entry.isFile() && !known.has(entry.name)) await rm(join(entry.parentPath, entry.name));
    }
  }

  return {
    isWhole,
    adopt,
    remove,
    tidy,
    pathOf,
    open: (sha256: string): Promise<FileHandle> => open(pathOf(sha256), 'r'),
    /** Where a file is written before it is adopted. */
    incoming: (name: string): string => join(incoming, name),
  };
}
