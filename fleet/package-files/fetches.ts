// Files that the server fetches for somebody. In: an address. Out: how far it is, in a file, so that any server of the fleet can say it; at the
// end a file of the store. Bounded: how many at once, bytes, time. Never: keeps what is no package.
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { MAX_FILE_BYTES } from '../../contract/fleet/api/package-files.ts';
import { sha256Schema } from '../../contract/fleet/jobs/action.ts';
import { describeWithHint } from '../../lib/errors.ts';
import { parseJsonEdge } from '../../lib/parse-edge.ts';
import { whenMissing } from '../../lib/when-missing.ts';
import { writeFileAtomically } from '../../lib/write-file-atomically.ts';
import { urlToTell } from '../../lib/url-to-tell.ts';
import { OperationError } from '../operations/operation-error.ts';
import { openUrl } from './open-url.ts';
import type { PackageFileStore } from './package-file-store.ts';

export type FetchWanted = {
  readonly url: string;
  readonly sha256?: string;
  readonly allowPrivate: boolean;
  readonly by: string;
};

const fetchSchema = z.object({
  id: z.string(),
  url: z.string(),
  state: z.enum(['fetching', 'done', 'failed']),
  have: z.int(),
  bytes: z.int().nullable(),
  message: z.string(),
  sha256: sha256Schema.exactOptional(),
});

export type Fetch = z.infer<typeof fetchSchema>;

const AT_ONCE = 4;
const LIMIT_MS = 3_600_000;
const TOLD_MS = 500;
/** A server that has died says no more of its fetches. */
const SILENT_MS = 120_000;

export type Fetches = ReturnType<typeof openFetches>;

export function openFetches(store: PackageFileStore, now: () => number) {
  const stop = new AbortController();
  const running = new Set<Promise<void>>();
  return {
    start: async (wanted: FetchWanted): Promise<Fetch> => {
      if (running.size >= AT_ONCE) {
        throw new OperationError('too-many', `${AT_ONCE} package files are being fetched now`, {
          hint: 'try again in a minute',
        });
      }
      await mkdir(store.places.fetches, { recursive: true, mode: 0o700 });
      const fetch: Fetch = {
        id: randomBytes(12).toString('base64url'),
        url: urlToTell(wanted.url),
        state: 'fetching',
        have: 0,
        bytes: null,
        message: '',
      };
      await keep(store, fetch);
      const work = run(
        { store, now, signal: AbortSignal.any([stop.signal, AbortSignal.timeout(LIMIT_MS)]) },
        fetch,
        wanted,
      );
      running.add(work);
      void work.finally(() => running.delete(work));
      return fetch;
    },
    show: async (id: string): Promise<Fetch | undefined> => {
      const path = placeOf(store, id);
      const text = await readFile(path, 'utf8').catch(whenMissing(undefined));
      if (text === undefined) return undefined;
      const fetch = parseJsonEdge(fetchSchema, text, path);
      const { mtimeMs } = await stat(path);
      if (fetch.state !== 'fetching' || Date.now() - mtimeMs < SILENT_MS) return fetch;
      return { ...fetch, state: 'failed', message: 'the server that fetched it has ended; nothing was kept' };
    },
    close: async () => {
      stop.abort();
      await Promise.all(running);
    },
  };
}

const placeOf = ({ places }: PackageFileStore, id: string): string => join(places.fetches, `${id}.json`);

const keep = (store: PackageFileStore, fetch: Fetch): Promise<void> =>
  writeFileAtomically(placeOf(store, fetch.id), JSON.stringify(fetch), 0o600);

type Running = { readonly store: PackageFileStore; readonly now: () => number; readonly signal: AbortSignal };

async function run(running: Running, fetch: Fetch, wanted: FetchWanted): Promise<void> {
  const { store, now } = running;
  let last = fetch;
  const tell = async (change: Partial<Fetch>): Promise<void> => keep(store, (last = { ...last, ...change }));
  const temporary = join(store.places.incoming, `fetch-${fetch.id}`);
  try {
    const sha256 = await download(running, { wanted, temporary, tell });
    await tell({ message: 'it is looked at' });
    if ((await store.find(sha256)) === undefined) await rename(temporary, store.places.part(sha256));
    await store.finish(sha256, { by: wanted.by, at: now(), url: urlToTell(wanted.url) });
    await tell({ state: 'done', message: '', sha256 });
  } catch (error) {
    await tell({ state: 'failed', message: describeWithHint(error) }).catch(() => {});
  } finally {
    await rm(temporary, { force: true });
  }
}

type Download = {
  readonly wanted: FetchWanted;
  readonly temporary: string;
  readonly tell: (change: Partial<Fetch>) => Promise<void>;
};

/** @returns the SHA-256 of what came */
async function download({ store, signal }: Running, { wanted, temporary, tell }: Download): Promise<string> {
  const answer = await openUrl({ ...wanted, signal });
  try {
    const length = answer.headers['content-length'];
    const bytes = length === undefined ? null : Number(length);
    await store.requireRoom(bytes ?? 0);
    await tell({ bytes });
    await mkdir(store.places.incoming, { recursive: true, mode: 0o700 });
    await using file = await open(temporary, 'wx', 0o600);
    const hash = createHash('sha256');
    let have = 0;
    let toldAt = 0;
    for await (const piece of answer as AsyncIterable<Uint8Array>) {
      have += piece.length;
      if (have > MAX_FILE_BYTES) throw new OperationError('bad-input', `it has more than ${MAX_FILE_BYTES} bytes`);
      hash.update(piece);
      await file.writeFile(piece);
      if (Date.now() - toldAt < TOLD_MS) continue;
      toldAt = Date.now();
      await store.requireRoom(0);
      await tell({ have });
    }
    await tell({ have });
    const found = hash.digest('hex');
    if (wanted.sha256 === undefined || wanted.sha256 === found) return found;
    throw new OperationError('bad-input', `it has SHA-256 ${found}, and not ${wanted.sha256}; it was thrown away`);
  } finally {
    answer.destroy();
  }
}

/** Of fetches that ended long ago, and of files that stopped coming. */
export async function dropStale({ places }: PackageFileStore, beforeMs: number): Promise<void> {
  for (const directory of [places.fetches, places.incoming]) {
    for (const name of await readdir(directory).catch(whenMissing<string[]>([]))) {
      const path = join(directory, name);
      const { mtimeMs } = (await stat(path).catch(whenMissing(undefined))) ?? { mtimeMs: beforeMs };
      if (mtimeMs < beforeMs) await rm(path, { force: true });
    }
  }
}
