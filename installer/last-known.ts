// What a machine knows of its description while the server is away. In and out: files below /var/lib/gutinteg.
// Never: believes a manifest for having been stored: digest and signature are checked again at every use.
import { mkdir, readFile, readdir, rm } from 'node:fs/promises';
import type { KeyObject } from 'node:crypto';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { lookupSchema } from '../contract/lookup.ts';
import type { Lookup } from '../contract/lookup.ts';
import { UserError } from '../lib/errors.ts';
import { parseJsonEdge } from '../lib/parse-edge.ts';
import { writeFileAtomically } from '../lib/write-file-atomically.ts';
import type { Fetcher } from '../packagelink/fetch.ts';
import { isSignedBy } from '../packagelink/keys.ts';
import { AWAY_FILE, LOOKUP_FILE, MANIFESTS_DIR } from './machine-state.ts';

const lastKnownSchema = z.object({ format: z.literal(1), lookup: lookupSchema });

/** The answer to the last look-up whose files were laid down; undefined when there is none. @throws UserError */
export async function readLastKnown(root: string): Promise<Lookup | undefined> {
  const path = join(root, LOOKUP_FILE);
  const text = await readIfThere(path);
  if (text === undefined) return undefined;
  return parseJsonEdge(lastKnownSchema, text.toString('utf8'), path).lookup;
}

/** Keeps an answer for runs without a server; an equal one is not written again. 0600: it has the whole record. */
export async function saveLastKnown(root: string, lookup: Lookup): Promise<void> {
  const path = join(root, LOOKUP_FILE);
  const text = `${JSON.stringify({ format: 1, lookup })}\n`;
  if ((await readIfThere(path))?.toString('utf8') === text) return;
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  await writeFileAtomically(path, text, 0o600);
}

/** Since when the server is away, in milliseconds since 1970: the beginning of the first run that did not reach it. */
export async function readAwaySince(root: string): Promise<number | undefined> {
  const ms = Date.parse((await readIfThere(join(root, AWAY_FILE)))?.toString('utf8').trim() ?? '');
  return Number.isNaN(ms) ? undefined : ms;
}

/** Remembers that the server is away, or, with undefined, that it answers. Writes only what has changed. */
export async function saveAwaySince(root: string, sinceMs: number | undefined): Promise<void> {
  const path = join(root, AWAY_FILE);
  if ((await readAwaySince(root)) === sinceMs) return;
  if (sinceMs === undefined) await rm(path, { force: true });
  else await writeFileAtomically(path, `${new Date(sinceMs).toISOString()}\n`);
}

/** Manifests by way of the machine's own disk. */
export type ManifestCache = {
  /** Answers from the disk what is right there; all else from the store. */
  readonly fetcher: Fetcher;
  /** Stores what was fetched of these manifests, and removes the others. */
  readonly keep: (digests: readonly string[]) => Promise<void>;
};

/** @param keys of the site: what none of them has signed is fetched again */
export function openManifestCache(root: string, store: Fetcher, keys: readonly KeyObject[]): ManifestCache {
  const dir = join(root, MANIFESTS_DIR);
  const fetched = new Map<string, Uint8Array<ArrayBuffer>>();
  const fetcher: Fetcher = async (path) => {
    const [, digest, signature] = /^manifests\/([0-9a-f]{64})(\.sig)?$/.exec(path) ?? [];
    if (digest === undefined) return store(path);
    const cached = await readCached(dir, digest, keys);
    if (cached !== undefined) return signature === undefined ? cached.manifest : cached.signature;
    const bytes = await store(path);
    fetched.set(path.slice('manifests/'.length), bytes);
    return bytes;
  };
  return {
    fetcher,
    keep: async (digests) => {
      const wanted = new Set(digests.flatMap((digest) => [digest, `${digest}.sig`]));
      if (fetched.size > 0) await mkdir(dir, { recursive: true, mode: 0o755 });
      for (const [name, bytes] of fetched) if (wanted.has(name)) await writeFileAtomically(join(dir, name), bytes);
      for (const name of await readdir(dir).catch(() => [])) if (!wanted.has(name)) await rm(join(dir, name));
    },
  };
}

/** Both parts of a manifest, when both are there and right. */
async function readCached(dir: string, digest: string, keys: readonly KeyObject[]) {
  const [manifest, signature] = await Promise.all([
    readIfThere(join(dir, digest)),
    readIfThere(join(dir, `${digest}.sig`)),
  ]);
  if (manifest === undefined || signature === undefined) return undefined;
  if (createHash('sha256').update(manifest).digest('hex') !== digest) return undefined;
  return isSignedBy(digest, signature.toString('latin1'), keys) ? { manifest, signature } : undefined;
}

async function readIfThere(path: string): Promise<Buffer<ArrayBuffer> | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new UserError(`reading ${path}`, { cause: error });
  }
}
