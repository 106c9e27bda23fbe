// Files on their way from an origin. In: what a file must be. Out: its bytes as they come, for any number of readers, from one
// download. Never: gives the last byte of a file before its checksum was right.
import { createHash, randomBytes } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import type { AskOrigin } from './ask-origin.ts';
import type { CacheStore, FileRow } from './cache-store.ts';
import type { Contents } from './contents.ts';
import { decideEvictions } from './decide-evictions.ts';
import type { Origin } from './read-target.ts';

/** The origin answers, but not with this file. */
export class NotTheFileError extends Error {
  override readonly name = 'NotTheFileError';
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

/** It cannot be kept; it can still be passed on. */
class NoRoomError extends Error {
  override readonly name = 'NoRoomError';
}

type Download = {
  /** Milliseconds since 1970. */
  readonly storedAt: number;
  /** Ends when the file is whole and in its place. */
  readonly done: Promise<void>;
  /** Bytes from `start` to `end`, both included, as they come. */
  readonly read: (start: number, end: number) => AsyncGenerator<Buffer>;
};

type Wanted = Pick<FileRow, 'sha256' | 'sizeBytes' | 'path' | 'fetchPath'>;

export type Downloads = {
  /** @throws OriginAwayError, NotTheFileError, NoRoomError */
  readonly start: (origin: Origin, wanted: Wanted) => Promise<Download>;
  /** One that is under way. */
  readonly underWay: (sha256: string) => Promise<Download> | undefined;
  /** Waits for those under way to end. */
  readonly settle: () => Promise<void>;
};

type Place = {
  readonly store: CacheStore;
  readonly contents: Contents;
  readonly origins: AskOrigin;
  readonly maxBytes: number;
  readonly now: () => number;
  /** Called with what came from an origin. */
  readonly countFetched: (origin: string, bytes: number) => void;
};

/** A line that was cut is continued where it was. */
const ATTEMPTS = 4;
const AT_ONCE = 64;
const PIECE_BYTES = 64 * 1024;
/** After a write that failed. */
const FULL_MS = 60_000;

export function createDownloads(place: Place): Downloads {
  const { store, contents, origins, maxBytes, now, countFetched } = place;
  const running = new Map<string, { readonly download: Promise<Download>; readonly sizeBytes: number }>();
  let fullUntil = 0;

  async function start(origin: Origin, wanted: Wanted): Promise<Download> {
    const { sha256, sizeBytes } = wanted;
    const under = running.get(sha256);
    if (under !== undefined) return under.download;
    if (running.size >= AT_ONCE || now() < fullUntil) throw new NoRoomError('the cache has no room now');
    const download = begin(origin, wanted);
    running.set(sha256, { download, sizeBytes });
    const end = (): void => void running.delete(sha256);
    download.then(({ done }) => done).then(end, end);
    return download;
  }

  async function makeRoom(sizeBytes: number): Promise<void> {
    const coming = [...running.values()].reduce((sum, each) => sum + each.sizeBytes, 0);
    const bytes = { max: maxBytes, used: store.total().bytes + coming, needed: sizeBytes };
    const going = bytes.used + sizeBytes <= maxBytes ? [] : decideEvictions(bytes, store.evictable(now()));
    if (going === undefined) throw new NoRoomError('what is pinned and in use leaves no room');
    for (const file of going) {
      store.dropContent(file.sha256);
      await contents.remove(file.sha256);
    }
  }

  async function begin(origin: Origin, wanted: Wanted): Promise<Download> {
    await makeRoom(wanted.sizeBytes);
    const { answer, from } = await find(origin, wanted);
    const file = contents.incoming(randomBytes(8).toString('hex'));
    const handle = await open(file, 'wx', 0o644).catch((cause: unknown) => {
      answer.destroy();
      throw new NoRoomError('cannot be written', { cause });
    });
    const progress = createProgress();
    const storedAt = Math.floor(now() / 1000) * 1000;
    const done = fill({ origin, wanted: { ...wanted, fetchPath: from }, answer, handle, progress })
      .then(() => {
        contents.adopt(file, wanted.sha256);
        store.putContent(wanted.sha256, wanted.sizeBytes, storedAt);
        progress.advance(wanted.sizeBytes);
        return undefined;
      })
      .catch(async (error: unknown) => {
        await rm(file, { force: true });
        progress.fail(error);
        throw error;
      });
    // Readers hear of it by themselves.
    done.catch(() => undefined);
    const openFile = (): Promise<FileHandle> => open(file).catch(() => contents.open(wanted.sha256));
    return { storedAt, done, read: (first, last) => readAsItComes(openFile, progress, first, last) };
  }

  /** Some origins promise files by their hash, and do not have them. */
  async function find(origin: Origin, wanted: Wanted): Promise<{ answer: IncomingMessage; from: string }> {
    const { fetchPath, path } = wanted;
    const answer = await origins.ask(origin, fetchPath);
    if (answer.statusCode !== 404 || fetchPath === path)
      return { answer: requireFile(answer, wanted), from: fetchPath };
    answer.destroy();
    return { answer: requireFile(await origins.ask(origin, path), { ...wanted, fetchPath: path }), from: path };
  }

  async function fill(job: {
    readonly origin: Origin;
    readonly wanted: Wanted;
    readonly answer: IncomingMessage;
    readonly handle: FileHandle;
    readonly progress: Progress;
  }): Promise<void> {
    const { origin, wanted, handle, progress } = job;
    const hash = createHash('sha256');
    let written = 0;
    await using _closed = handle;
    const take = async (chunk: Buffer): Promise<void> => {
      if (written + chunk.length > wanted.sizeBytes) throw notTheFile(wanted, 'is longer than its index says');
      hash.update(chunk);
      await handle.writeFile(chunk).catch((cause: unknown) => {
        fullUntil = now() + FULL_MS;
        throw new NoRoomError('cannot be written', { cause });
      });
      written += chunk.length;
      countFetched(origin.name, chunk.length);
      // The last byte waits for the checksum.
      progress.advance(Math.min(written, wanted.sizeBytes - 1));
    };
    let answer: IncomingMessage | undefined = job.answer;
    for (let attempt = 1; answer !== undefined; attempt += 1) {
      const cut = await drain(answer, take);
      const isWhole = written === wanted.sizeBytes;
      if (!isWhole && attempt === ATTEMPTS) throw cut ?? notTheFile(wanted, 'ends too early');
      answer = isWhole ? undefined : await proceed(origin, wanted, written);
    }
    if (hash.digest('hex') !== wanted.sha256) throw notTheFile(wanted, 'has other bytes than its index says');
    await handle.sync();
  }

  async function proceed(origin: Origin, wanted: Wanted, written: number): Promise<IncomingMessage> {
    const answer = await origins.ask(origin, wanted.fetchPath, { range: `bytes=${written}-` });
    if (answer.statusCode === 206) return answer;
    answer.destroy();
    throw notTheFile(wanted, 'was cut off, and cannot be continued');
  }

  return {
    start,
    underWay: (sha256) => running.get(sha256)?.download,
    settle: async () => {
      await Promise.allSettled([...running.values()].map(async ({ download }) => (await download).done));
    },
  };
}

const notTheFile = ({ fetchPath }: Wanted, what: string): NotTheFileError =>
  new NotTheFileError(`${fetchPath} ${what}`, 502);

function requireFile(answer: IncomingMessage, wanted: Wanted): IncomingMessage {
  const { statusCode = 0, headers } = answer;
  const length = headers['content-length'];
  if (statusCode === 200 && (length === undefined || Number(length) === wanted.sizeBytes)) return answer;
  answer.destroy();
  if (statusCode === 200) throw notTheFile(wanted, `has ${length} bytes, and its index says ${wanted.sizeBytes}`);
  throw new NotTheFileError(`${wanted.fetchPath}: the origin answers ${statusCode}`, statusCode);
}

/** @returns the error of a line that was cut; errors of `take` are thrown */
async function drain(answer: IncomingMessage, take: (chunk: Buffer) => Promise<void>): Promise<unknown> {
  const chunks = (answer as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await chunks.next().catch((error: unknown) => ({ error }));
      if ('error' in next) return next.error;
      if (next.done === true) return undefined;
      await take(next.value);
    }
  } finally {
    answer.destroy();
  }
}

type Progress = ReturnType<typeof createProgress>;

function createProgress() {
  let bytes = 0;
  let next = Promise.withResolvers<void>();
  // Nobody may be waiting.
  next.promise.catch(() => undefined);
  return {
    bytes: () => bytes,
    /** Ends when there is more, or fails with the download. */
    more: () => next.promise,
    advance: (to: number) => {
      bytes = to;
      next.resolve();
      next = Promise.withResolvers();
      next.promise.catch(() => undefined);
    },
    fail: (error: unknown) => next.reject(error),
  };
}

async function* readAsItComes(
  openFile: () => Promise<FileHandle>,
  progress: Progress,
  start: number,
  end: number,
): AsyncGenerator<Buffer> {
  if (end < start) return;
  await using file = await openFile();
  let at = start;
  while (at <= end) {
    const length = Math.min(progress.bytes(), end + 1, at + PIECE_BYTES) - at;
    if (length <= 0) {
      await progress.more();
      continue;
    }
    const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, at);
    if (bytesRead === 0) throw new Error('the file has become shorter');
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
