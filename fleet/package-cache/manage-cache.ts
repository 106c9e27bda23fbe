// What people ask of a cache that may be running: how it is, room, pins. In: its directory. Out: figures; files that go or stay.
// Never: needs the running program.
import { constants } from 'node:fs';
import { access, copyFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { UserError } from '../../lib/errors.ts';
import { fitsPattern, parsePattern } from '../questions/match-pattern.ts';
import { openCacheStore } from './cache-store.ts';
import type { FileRow, HeadRow, KeptRow } from './cache-store.ts';
import { openContents } from './contents.ts';
import { firstDay } from './counts.ts';
import type { CountName } from './counts.ts';

export type OriginStatus = { readonly name: string; readonly url: string } & Readonly<Record<CountName, number>>;

export type CacheStatus = {
  /** Of the last 30 days. */
  readonly origins: readonly OriginStatus[];
  readonly files: number;
  readonly bytes: number;
  readonly pinnedFiles: number;
  /** Packages that no list names any more. */
  readonly supersededFiles: number;
  readonly heads: readonly HeadRow[];
};

export async function readCacheStatus(directory: string, now: number): Promise<CacheStatus> {
  using store = await openExisting(directory);
  const counts = store.countsSince(firstDay(now));
  const countOf = (origin: string, wanted: CountName): number =>
    counts.find(({ origin: of, name }) => of === origin && name === wanted)?.value ?? 0;
  const origins = store.places().map(({ name, url }) => ({
    name,
    url,
    hits: countOf(name, 'hits'),
    misses: countOf(name, 'misses'),
    passed: countOf(name, 'passed'),
    damaged: countOf(name, 'damaged'),
    fetchedBytes: countOf(name, 'fetchedBytes'),
    sentBytes: countOf(name, 'sentBytes'),
  }));
  const supersededFiles = store.kept().filter(({ sinceMs }) => sinceMs !== null).length;
  return { origins, ...store.total(), pinnedFiles: store.pinned(now).files, supersededFiles, heads: store.heads() };
}

/** Where it lies in a state directory. */
export const cacheDirectory = (stateDir: string): string => join(stateDir, 'package-cache');

export type CacheShare = { readonly asked: number; readonly percent: number; readonly troubles: number };

/** @returns undefined if there is no cache, or nobody has asked it */
export async function readCacheShare(directory: string, now: number): Promise<CacheShare | undefined> {
  const isThere = await access(join(directory, 'cache.db')).then(
    () => true,
    () => false,
  );
  if (!isThere) return undefined;
  const { origins, heads } = await readCacheStatus(directory, now);
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
  const hits = sum(origins.map(({ hits }) => hits));
  const asked = hits + sum(origins.map(({ misses, passed }) => misses + passed));
  const troubles = heads.filter(({ trouble }) => trouble !== null).length;
  return asked === 0 ? undefined : { asked, percent: Math.floor((100 * hits) / asked), troubles };
}

/** Takes away every package that is not pinned, and that origins still have or have had no more for long. @returns how many files and bytes */
export async function cleanCache(directory: string, now: number): Promise<{ files: number; bytes: number }> {
  using store = await openExisting(directory);
  const contents = openContents(directory, () => now);
  const going = store.evictable(now).filter(({ isKept }) => !isKept);
  for (const { sha256 } of going) {
    store.dropContent(sha256);
    await contents.remove(sha256);
  }
  return { files: going.length, bytes: going.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
}

export type Pinned = FileRow & { readonly isHere: boolean };

/**
 * Keeps packages until then, whatever room they need.
 * @param names of their files, as the repository has them: `bash_5.2.15-2+b7_amd64.deb`
 * @throws UserError if no list that the cache has read names one of them; then nothing is pinned
 */
export async function pinPackages(
  directory: string,
  names: readonly string[],
  untilMs: number,
): Promise<readonly Pinned[]> {
  using store = await openExisting(directory);
  const found = names.map((name) => ({ name, files: store.packagesCalled(name) }));
  const missing = found.filter(({ files }) => files.length === 0).map(({ name }) => name);
  if (missing.length > 0) {
    throw new UserError(`no list of this cache names ${missing.join(', ')}; nothing was pinned`, {
      exitCode: 2,
      hint: 'apt-get update or dnf makecache on a host that uses the cache',
    });
  }
  const files = found.flatMap(({ files }) => files);
  for (const { sha256 } of files) store.pin(sha256, untilMs);
  return files.map((file) => ({ ...file, isHere: store.content(file.sha256) !== undefined }));
}

export type KeptPackage = KeptRow & { readonly fileName: string };

/** @param search the name of a package, or a pattern of file names with * and ? @returns packages that are here */
export async function listKept(directory: string, search: string): Promise<KeptPackage[]> {
  using store = await openExisting(directory);
  const pattern = parsePattern(search);
  const isWanted = (fileName: string): boolean =>
    pattern.isName
      ? /^[_-]/.test(fileName.split(search, 2)[1] ?? '') && fileName.startsWith(search)
      : fitsPattern(pattern, fileName);
  return store
    .kept()
    .map((row) => ({ ...row, fileName: basename(row.path) }))
    .filter(({ fileName }) => isWanted(fileName));
}

/**
 * Writes packages that are here as files of their own, so that they can be installed although no repository has them any more.
 *
 * @returns the files
 * @throws UserError when one is not here, not whole, or there already; those before it are written
 */
export async function copyKept(directory: string, names: readonly string[], to: string): Promise<string[]> {
  const kept = await listKept(directory, '*');
  const contents = openContents(directory, Date.now);
  const missing = names.filter((name) => !kept.some(({ fileName }) => fileName === name));
  if (missing.length > 0) {
    throw new UserError(`this cache does not have ${missing.join(', ')}; nothing was written`, {
      exitCode: 2,
      hint: 'gutinteg fleet cache list shows what it has',
    });
  }
  const written: string[] = [];
  for (const { fileName, sha256, sizeBytes } of kept.filter((file) => names.includes(file.fileName))) {
    if (!(await contents.isWhole(sha256, sizeBytes))) throw new UserError(`${fileName} is damaged in the cache`);
    const file = join(to, fileName);
    await copyFile(contents.pathOf(sha256), file, constants.COPYFILE_EXCL).catch((cause: unknown) => {
      throw new UserError(`${file} cannot be written`, { cause });
    });
    written.push(file);
  }
  return written;
}

async function openExisting(directory: string) {
  await access(join(directory, 'cache.db')).catch(() => {
    throw new UserError(`${directory} has no package cache, or it cannot be read`, {
      exitCode: 2,
      hint: 'gutinteg fleet cache serve makes one',
    });
  });
  const store = openCacheStore(join(directory, 'cache.db'));
  return { ...store, [Symbol.dispose]: store.close };
}
