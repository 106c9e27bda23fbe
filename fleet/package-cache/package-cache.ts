// The package cache of a site. In: what hosts ask for, a directory, origins. Out: files, each fetched once from its origin; the last
// whole set of indexes while the origin is away. Never: asks anything but its origins; keeps a file that no index vouches for;
// shows bytes that are not those of the index.
import { mkdir } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describeError } from '../../lib/errors.ts';
import { createLimitedLog } from '../../lib/limited-log.ts';
import type { Log } from '../../lib/log.ts';
import { createAskOrigin, OriginAwayError } from './ask-origin.ts';
import { openCacheStore } from './cache-store.ts';
import type { FileRow } from './cache-store.ts';
import { openContents } from './contents.ts';
import { createCounts } from './counts.ts';
import { createDownloads, NotTheFileError } from './downloads.ts';
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
  /** How long a host waits for a newer set of indexes than the one that is here. */
  readonly patienceMs?: number;
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

type Headers = Readonly<Record<string, string>>;

export type PackageCache = {
  readonly answer: (target: Target, headers: Headers) => Promise<CacheAnswer>;
  readonly countSent: (origin: string, bytes: number) => void;
  readonly close: () => Promise<void>;
};

const FRESH_MS = 60_000;
/** apt gives up after 30 s. */
const PATIENCE_MS = 10_000;

export async function openPackageCache(options: CacheOptions): Promise<PackageCache> {
  const { directory, maxBytes, now = Date.now, freshMs = FRESH_MS } = options;
  await mkdir(directory, { recursive: true, mode: 0o755 });
  const store = openCacheStore(join(directory, 'cache.db'));
  const contents = openContents(directory, now);
  await contents.tidy(new Set(store.contents().map(({ sha256 }) => sha256)));
  const log = createLimitedLog(options.log, now);
  const origins = createAskOrigin({ redirectHosts: options.redirectHosts ?? [], now });
  const counts = createCounts(store, log, now);
  const countFetched = (origin: string, bytes: number): void => counts.add(origin, 'fetchedBytes', bytes);
  const downloads = createDownloads({ store, contents, origins, maxBytes, now, countFetched });
  const lists = createReadLists({ store, contents, log, now });
  const place = { store, contents, origins, downloads, now, countFetched, freshMs };
  const refreshing = new Map<string, ReturnType<typeof refreshHead>>();

  async function answer(target: Target, headers: Headers): Promise<CacheAnswer> {
    try {
      return await answerFile(target, headers);
    } catch (error) {
      return refusalFor(target, error) ?? answerAside(target, headers, error);
    }
  }

  async function answerAside(target: Target, headers: Headers, why: unknown): Promise<CacheAnswer> {
    try {
      return await pass(target, headers, why);
    } catch (error) {
      const refusal = refusalFor(target, error);
      if (refusal === undefined) throw error;
      return refusal;
    }
  }

  async function answerFile(target: Target, headers: Headers): Promise<CacheAnswer> {
    const { origin, path } = target;
    const found = findHead(path);
    if (found !== undefined) return answerHead({ origin, ...found }, path);
    const hash = hashInName(path);
    const find = (): FileRow | undefined =>
      store.file(origin.name, path) ?? (hash === undefined ? undefined : store.fileByHash(origin.name, hash));
    let named = find();
    if (named === undefined) {
      await lists.settled(origin.name);
      named = find();
    }
    if (named !== undefined) return answerNamed(origin, named);
    const old = hash === undefined ? undefined : store.content(hash);
    if (old === undefined || !(await contents.isWhole(old.sha256, old.sizeBytes))) return pass(target, headers);
    counts.add(origin.name, 'hits', 1);
    return fileAnswer(old, dateOf(old.storedAt));
  }

  async function answerHead(wanted: HeadWanted, path: string): Promise<CacheAnswer> {
    const { row, isNew } = await refreshOnce(wanted);
    counts.add(wanted.origin.name, isNew ? 'misses' : 'hits', 1);
    if (row.trouble !== null) log.once(`head ${row.origin}`, 'an older index is shown', { path, why: row.trouble });
    if (path === row.path) return fileAnswer(row, row.lastModified ?? dateOf(store.content(row.sha256)?.storedAt ?? 0));
    const companion = store.file(row.origin, path);
    if (companion === undefined) return { kind: 'refused', status: 404, message: `${path} is not there` };
    return answerNamed(wanted.origin, companion);
  }

  /** Hosts do not wait long for a newer set than the one that is here. */
  async function refreshOnce(wanted: HeadWanted): ReturnType<typeof refreshHead> {
    const key = `${wanted.origin.name}/${wanted.head}`;
    const running = refreshing.get(key) ?? refresh(wanted).finally(() => refreshing.delete(key));
    refreshing.set(key, running);
    const old = store.head(wanted.origin.name, wanted.head);
    if (old === undefined || !(await contents.isWhole(old.sha256, old.sizeBytes))) return running;
    const patience = new AbortController();
    const late = delay(
      options.patienceMs ?? PATIENCE_MS,
      { row: old, isNew: false },
      { signal: patience.signal, ref: false },
    );
    return Promise.race([running, late]).finally(() => patience.abort());
  }

  async function refresh(wanted: HeadWanted): ReturnType<typeof refreshHead> {
    const result = await refreshHead(place, wanted);
    if (!result.isNew) return result;
    for (const file of store.filesOf(wanted.origin.name, wanted.head)) {
      if (store.content(file.sha256) !== undefined) lists.begin(file, Promise.resolve());
      else if (isAlwaysRead(wanted, file))
        lists.begin(
          file,
          downloads.start(wanted.origin, file).then(({ done }) => done),
        );
    }
    return result;
  }

  async function answerNamed(origin: Origin, file: FileRow): Promise<CacheAnswer> {
    const under = await downloads.underWay(file.sha256);
    const isHit = under !== undefined || (await isHere(file));
    counts.add(origin.name, isHit ? 'hits' : 'misses', 1);
    if (under === undefined && isHit) {
      lists.begin(file, Promise.resolve());
      return fileAnswer(file, dateOf(store.content(file.sha256)?.storedAt ?? 0));
    }
    const download = under ?? (await downloads.start(origin, file));
    lists.begin(file, download.done);
    return { kind: 'file', ...file, lastModified: dateOf(download.storedAt), read: download.read };
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

  /** What the cache cannot keep can still be had. */
  async function pass({ origin, path }: Target, headers: Headers, error?: unknown): Promise<CacheAnswer> {
    counts.add(origin.name, 'passed', 1);
    const why = 'the cache is full or has failed: files are passed on, and not kept';
    if (error !== undefined) log.once('passed', why, { path, error: describeError(error) });
    return { kind: 'passed', answer: await origins.askAside(origin, path, headers) };
  }

  function refusalFor({ origin }: Target, error: unknown): CacheAnswer | undefined {
    if (error instanceof NotTheFileError) return { kind: 'refused', status: error.status, message: error.message };
    if (!(error instanceof OriginAwayError)) return undefined;
    log.once(`away ${origin.name}`, 'an origin is away', { error: describeError(error) });
    return { kind: 'refused', status: 503, message: `not in the cache, and ${error.message}` };
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

const isAlwaysRead = ({ kind }: HeadWanted, { role, path }: FileRow): boolean =>
  role !== null && kind.listing({ role, path }) === 'always';

const dateOf = (milliseconds: number): string => new Date(milliseconds).toUTCString();
