// What people ask of a cache that may be running: how it is, room, pins. In: its directory. Out: figures; files that go or stay.
// Never: needs the running program.
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../lib/errors.ts';
import { openCacheStore } from './cache-store.ts';
import type { FileRow, HeadRow } from './cache-store.ts';
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
  return { origins, ...store.total(), pinnedFiles: store.pinned(now).files, heads: store.heads() };
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

/** Takes away every package that is not pinned. @returns how many files and bytes */
export async function cleanCache(directory: string, now: number): Promise<{ files: number; bytes: number }> {
  using store = await openExisting(directory);
  const contents = openContents(directory, () => now);
  const going = store.evictable(now);
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

async function openExisting(directory: string) {
  await access(join(directory, 'cache.db')).catch((cause: unknown) => {
    throw new UserError(`${directory} has no package cache`, {
      cause,
      exitCode: 2,
      hint: 'gutinteg fleet cache serve makes one',
    });
  });
  const store = openCacheStore(join(directory, 'cache.db'));
  return { ...store, [Symbol.dispose]: store.close };
}
