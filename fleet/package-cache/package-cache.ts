// The package cache of a site. In: what hosts ask for, a directory, origins. Out: files, each fetched once from its origin; the last
// whole set of indexes while the origin is away. Never: asks anything but its origins; keeps a file that no index vouches for;
// shows bytes that are not those of the index.
import { mkdir } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { describeError } from '../../lib/errors.ts';
import { createLimitedLog } from '../../lib/limited-log.ts';
import type { Log } from '../../lib/log.ts';
import { createAskOrigin, OriginAwayError } from './ask-origin.ts';
import { openCacheStore } from './cache-store.ts';
import type { FileRow } from './cache-store.ts';
import { openContents } from './contents.ts';
import { createCounts } from './counts.ts';
import { createDownloads, NoRoomError, NotTheFileError } from './downloads.ts';
import { findHead, hashInName } from './index-kinds/all.ts';
import { createReadLists } from './read-lists.ts';
import type { Origin, Target } from './read-target.ts';
import { refreshHead } from './refresh-head.ts';
import type { HeadWanted } from './refresh-head.ts';

export type CacheOptions = {
  /** Of its own. */
  readonly directory: string;
  readonly origins: readonly Origin[];
  readonly redirectHosts?: readonly string[];
  readonly maxBytes: number;
  readonly log: Log;
  readonly now?: () => number;
  /** How long a head is shown without a question to its origin. */
  readonly freshMs?: number;
};

/** A file, or why there is none; `passed` is the origin's answer as it comes. */
export type CacheAnswer =
  | {
      readonly kind: 'file';
      readonly sha256: string;
      readonly sizeBytes: number;
      /** As HTTP writes it. */
      readonly lastModified: string;
      readonly read: (start: number, end: number) => AsyncIterable<Buffer>;
    }
  | { readonly kind: 'passed'; readonly answer: IncomingMessage }
  | { readonly kind: 'refused'; readonly status: number; readonly message: string };

export type PackageCache = {
  readonly answer: (target: Target, headers: Readonly<Record<string, string>>) => Promise<CacheAnswer>;
  readonly countSent: (origin: string, bytes: number) => void;
  readonly close: () => Promise<void>;
};

const FRESH_MS = 60_000;

export async function openPackageCache(options: CacheOptions): Promise<PackageCache> {
  const { directory, maxBytes, now = Date.now, freshMs = FRESH_MS } = options;
  await mkdir(directory, { recursive: true, mode: 0o755 });
  const store = openCacheStore(join(directory, 'cache.db'));
  const contents = openContents(directory, now);
  await contents.tidy(new Set(store.contents().map(({ sha256 }) => sha256)));
  const log = createLimitedLog(options.log, now);
  const origins = createAskOrigin({ redirectHosts: options.redirectHosts ?? [], now });
  const counts = createCounts(store, now);
  const countFetched = (origin: string, bytes: number): void => counts.add(origin, 'fetchedBytes', bytes);
  const downloads = createDownloads({ store, contents, origins, maxBytes, now, countFetched });
  const lists = createReadLists({ store, contents, log });
  const place = { store, contents, origins, downloads, now, countFetched, freshMs };
  const refreshing = new Map<string, ReturnType<typeof refreshHead>>();

  async function answer(target: Target, headers: Readonly<Record<string, string>>): Promise<CacheAnswer> {
    try {
      return await answerFile(target, headers);
    } catch (error) {
      if (error instanceof NotTheFileError) return { kind: 'refused', status: error.status, message: error.message };
      if (!(error instanceof OriginAwayError)) throw error;
      log.once(`away ${target.origin.name}`, 'an origin is away', { error: describeError(error) });
      return { kind: 'refused', status: 503, message: `not in the cache, and ${error.message}` };
    }
  }

  async function answerFile({ origin, path }: Target, headers: Readonly<Record<string, string>>): Promise<CacheAnswer> {
    const found = findHead(path);
    if (found !== undefined) return answerHead({ origin, ...found }, path);
    await lists.settled(origin.name);
    const hash = hashInName(path);
    const named =
      store.file(origin.name, path) ?? (hash === undefined ? undefined : store.fileByHash(origin.name, hash));
    if (named !== undefined) return answerNamed(origin, named, headers);
    const old = hash === undefined ? undefined : store.content(hash);
    if (old !== undefined && (await contents.isWhole(old.sha256, old.sizeBytes))) {
      counts.add(origin.name, 'hits', 1);
      return fileAnswer(old, dateOf(old.storedAt));
    }
    return pass(origin, path, headers);
  }

  async function answerHead(wanted: HeadWanted, path: string): Promise<CacheAnswer> {
    const { row, isNew } = await refreshOnce(wanted);
    counts.add(wanted.origin.name, isNew ? 'misses' : 'hits', 1);
    if (row.trouble !== null) log.once(`head ${row.origin}`, 'an older index is shown', { path, why: row.trouble });
    if (path === row.path) return fileAnswer(row, row.lastModified ?? dateOf(store.content(row.sha256)?.storedAt ?? 0));
    const companion = store.file(row.origin, path);
    if (companion === undefined) return { kind: 'refused', status: 404, message: `${path} is not there` };
    return answerNamed(wanted.origin, companion, {});
  }

  async function refreshOnce(wanted: HeadWanted): ReturnType<typeof refreshHead> {
    const key = `${wanted.origin.name}/${wanted.head}`;
    const running = refreshing.get(key) ?? refreshHead(place, wanted).finally(() => refreshing.delete(key));
    refreshing.set(key, running);
    const result = await running;
    // A list that has come with its head, and was asked for by nobody yet.
    if (result.isNew) for (const file of store.filesOf(wanted.origin.name, wanted.head)) beginIfHere(file);
    return result;
  }

  function beginIfHere(file: FileRow): void {
    if (store.content(file.sha256) !== undefined) lists.begin(file, Promise.resolve());
  }

  async function answerNamed(
    origin: Origin,
    file: FileRow,
    headers: Readonly<Record<string, string>>,
  ): Promise<CacheAnswer> {
    const under = await downloads.find(file.sha256);
    if (under === undefined && (await isHere(file))) {
      beginIfHere(file);
      counts.add(origin.name, 'hits', 1);
      return fileAnswer(file, dateOf(store.content(file.sha256)?.storedAt ?? 0));
    }
    try {
      counts.add(origin.name, under === undefined ? 'misses' : 'hits', 1);
      const download = under ?? (await downloads.start(origin, file));
      lists.begin(file, download.done);
      return { kind: 'file', ...file, lastModified: dateOf(download.storedAt), read: download.read };
    } catch (error) {
      if (!(error instanceof NoRoomError)) throw error;
      log.once('room', 'the cache is full: files are passed on, and not kept', { error: describeError(error) });
      return pass(origin, file.fetchPath, headers);
    }
  }

  /** One that is damaged is taken away, and fetched again. */
  async function isHere({ origin, sha256, sizeBytes, path }: FileRow): Promise<boolean> {
    if (store.content(sha256) === undefined) return false;
    if (await contents.isWhole(sha256, sizeBytes)) return true;
    counts.add(origin, 'damaged', 1);
    log.once(`damaged ${path}`, 'a file in the cache was damaged, and is fetched again', { path });
    store.dropContent(sha256);
    await contents.remove(sha256);
    return false;
  }

  function fileAnswer(file: Pick<FileRow, 'sha256' | 'sizeBytes'>, lastModified: string): CacheAnswer {
    const { sha256, sizeBytes } = file;
    counts.use(sha256);
    return { kind: 'file', sha256, sizeBytes, lastModified, read: (start, end) => readFile(sha256, start, end) };
  }

  async function* readFile(sha256: string, start: number, end: number): AsyncGenerator<Buffer> {
    const file = await contents.open(sha256);
    yield* file.createReadStream({ start, end }) as AsyncIterable<Buffer>;
  }

  async function pass(origin: Origin, path: string, headers: Readonly<Record<string, string>>): Promise<CacheAnswer> {
    counts.add(origin.name, 'passed', 1);
    return { kind: 'passed', answer: await origins.ask(origin, path, headers) };
  }

  async function close(): Promise<void> {
    origins.close();
    await downloads.settle();
    await Promise.all(options.origins.map(({ name }) => lists.settled(name)));
    counts.close();
    store.close();
  }

  store.setPlaces(Object.fromEntries(options.origins.map(({ name, url }) => [name, url])));
  return { answer, countSent: (origin, bytes) => counts.add(origin, 'sentBytes', bytes), close };
}

const dateOf = (milliseconds: number): string => new Date(milliseconds).toUTCString();
