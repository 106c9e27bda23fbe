// The manifests that a machine keeps. In: a directory on it, what is wanted, a fetcher. Out: manifests, proven to be those
// that the site has signed, with as little fetched as can be. Never: trusts what lies in the directory; forgets what was
// wanted last before `keep` says so.
import type { KeyObject } from 'node:crypto';
import { mkdir, readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../lib/errors.ts';
import { writeFileAtomically } from '../lib/write-file-atomically.ts';
import { decodeManifest } from './encode-manifest.ts';
import type { Fetcher } from './fetch.ts';
import type { Manifest } from './manifest.ts';
import { fetchManifest, fetchSignature } from './read-manifest.ts';
import { readManifestDelta } from './read-manifest-delta.ts';
import type { NamedManifest } from './read-manifest-delta.ts';
import { compressManifest, openManifest, readSignature, unsealManifest } from './seal-manifest.ts';
import type { SealedManifest } from './seal-manifest.ts';

const LINE_END = 10;

/** A package's name, and the digest of the manifest that is wanted of it. */
export type ManifestRef = { readonly name: string; readonly digest: string };

/** `from` says what had to be fetched: nothing, what has changed, or all of it. */
type CachedManifest = { readonly manifest: Manifest; readonly from: 'cache' | 'delta' | 'store' };

export type ManifestCache = {
  /**
   * The manifest in the cache, or another one of that package and a delta, or else all of it from the store. A damaged
   * or foreign cache, and a missing or wrong delta, only mean that more is fetched.
   * @throws as readManifest does
   */
  readonly read: (wanted: ManifestRef) => Promise<CachedManifest>;
  /** Stores what was read of these manifests and is not stored yet, and removes all others. */
  readonly keep: (wanted: readonly ManifestRef[]) => Promise<void>;
};

type CacheInput = {
  /** `NAME~DIGEST` in it is a manifest: its digest and signature in a line, then zstd. Made when it is missing. */
  readonly dir: string;
  readonly fetcher: Fetcher;
  readonly publicKeys: readonly KeyObject[];
};

/** Reads nothing yet. */
export function openManifestCache(input: CacheInput): ManifestCache {
  const fresh = new Map<string, SealedManifest>();
  return {
    read: async (wanted) => {
      const { dir, publicKeys, fetcher } = input;
      const cached = await readCached(input, fileOf(wanted), wanted.digest);
      if (cached !== undefined) return { manifest: cached.manifest, from: 'cache' };
      const isSameName = (file: string) => file.startsWith(`${wanted.name}~`);
      for (const file of (await listFiles(dir)).filter(isSameName)) {
        const changed = await applyChange(input, await readCached(input, file), wanted.digest);
        if (changed === undefined) continue;
        fresh.set(fileOf(wanted), changed.sealed);
        return { manifest: changed.manifest, from: 'delta' };
      }
      const sealed = await fetchManifest(fetcher, wanted.digest, publicKeys);
      const manifest = decodeManifest(await unsealManifest(sealed, publicKeys), `manifest ${wanted.digest}`);
      fresh.set(fileOf(wanted), sealed);
      return { manifest, from: 'store' };
    },
    keep: async (wanted) => {
      const files = new Set(wanted.map(fileOf));
      for (const [file, sealed] of fresh) if (files.has(file)) await writeCached(input.dir, file, sealed);
      for (const file of await listFiles(input.dir)) if (!files.has(file)) await rm(join(input.dir, file));
    },
  };
}

function fileOf({ name, digest }: ManifestRef): string {
  return `${name}~${digest}`;
}

async function listFiles(dir: string): Promise<string[]> {
  return await readdir(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}

/** Undefined when it is not there, or is not what a key has signed. */
async function readCached(
  { dir, publicKeys }: CacheInput,
  file: string,
  wanted?: string,
): Promise<NamedManifest | undefined> {
  const bytes = await readFile(join(dir, file)).catch(() => undefined);
  if (bytes === undefined) return undefined;
  const lineEnd = bytes.indexOf(LINE_END);
  const [digest = '', ...signature] = bytes.subarray(0, Math.max(0, lineEnd)).toString('latin1').split(' ');
  if (wanted !== undefined && digest !== wanted) return undefined;
  try {
    readSignature(digest, signature.join(' '), publicKeys);
    const raw = await openManifest(digest, bytes.subarray(lineEnd + 1));
    return { digest, manifest: decodeManifest(raw, `manifest ${digest}`) };
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

async function applyChange(
  { fetcher, publicKeys }: CacheInput,
  from: NamedManifest | undefined,
  digest: string,
): Promise<{ manifest: Manifest; sealed: SealedManifest } | undefined> {
  if (from === undefined) return undefined;
  try {
    const [{ manifest, raw }, signature] = await Promise.all([
      readManifestDelta({ fetcher, from, to: digest, publicKeys }),
      fetchSignature(fetcher, digest, publicKeys),
    ]);
    return { manifest, sealed: { digest, stored: Uint8Array.from(await compressManifest(raw)), signature } };
  } catch (error) {
    // What is wrong with the server itself, fetching all of it will say.
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

// Other bytes than the store's may decompress to the same manifest; its signature names it by what they decompress to.
async function writeCached(dir: string, file: string, { digest, stored, signature }: SealedManifest): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o755 });
  await writeFileAtomically(join(dir, file), [Buffer.from(`${digest} ${signature}`), stored]);
}
