// The manifests that a machine keeps. In: a directory on it, what is wanted, a fetcher. Out: manifests, proven to be those
// that the site has signed, with as little fetched as can be. Never: trusts what lies in the directory; forgets what was
// wanted last before `keep` says so.
import type { KeyObject } from 'node:crypto';
import { mkdir, readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../lib/errors.ts';
import { writeFileAtomically } from '../../lib/write-file-atomically.ts';
import { whenRefused } from '../../lib/when-missing.ts';
import { decodeManifest } from './encode-manifest.ts';
import type { Fetcher } from '../contents/fetch.ts';
import type { Manifest } from '../package/manifest.ts';
import { applyDelta } from './manifest-delta.ts';
import type { ManifestDelta } from './manifest-delta.ts';
import { fetchManifest, fetchSignature } from './read-manifest.ts';
import { fetchDelta, openDelta, proveDelta, readManifestDelta } from './read-manifest-delta.ts';
import type { NamedManifest } from './read-manifest-delta.ts';
import { compressManifest, openManifest, readSignature, unsealManifest } from './seal-manifest.ts';
import type { SealedManifest } from './seal-manifest.ts';

const LINE_END = 10;
/** How many deltas may stand between a manifest and one that is kept whole: each must be applied to read it. */
const LONGEST_CHAIN = 8;

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
  /**
   * What makes a manifest of the cache the wanted one, as the site has signed it; the manifests themselves are not read.
   * Undefined where that cannot be told, or so many changes are kept already that it is time to read the whole.
   */
  readonly readChange: (wanted: ManifestRef, from: string) => Promise<ManifestDelta | undefined>;
  /** Stores what was read of these manifests and is not stored yet, and removes all others. */
  readonly keep: (wanted: readonly ManifestRef[]) => Promise<void>;
};

type CacheInput = {
  /**
   * `NAME~DIGEST` in it is a manifest: its digest and signature in a line, then zstd; or the digest of another one,
   * after `from `, and the stored delta that makes it this one. Made when it is missing.
   */
  readonly dir: string;
  readonly fetcher: Fetcher;
  readonly publicKeys: readonly KeyObject[];
};

/** Reads nothing yet. */
export function openManifestCache(input: CacheInput): ManifestCache {
  const { dir, publicKeys, fetcher } = input;
  const fresh = new Map<string, SealedManifest | ChangedManifest>();
  return {
    read: async (wanted) => {
      const cached = await readCached(input, wanted);
      if (cached !== undefined) return { manifest: cached.manifest, from: 'cache' };
      for (const digest of await listNewest(input, wanted.name)) {
        const other = await readCached(input, { name: wanted.name, digest });
        const changed = await applyChange(input, other, wanted.digest);
        if (changed === undefined) continue;
        fresh.set(fileOf(wanted), changed.sealed);
        return { manifest: changed.manifest, from: 'delta' };
      }
      const sealed = await fetchManifest(fetcher, wanted.digest, publicKeys);
      const manifest = decodeManifest(await unsealManifest(sealed, publicKeys), `manifest ${wanted.digest}`);
      fresh.set(fileOf(wanted), sealed);
      return { manifest, from: 'store' };
    },
    readChange: async ({ name, digest }, from) => {
      const length = await chainLength(dir, { name, digest: from });
      if (length === undefined || length >= LONGEST_CHAIN) return undefined;
      try {
        const { delta, bytes } = await fetchDelta(fetcher, { from, to: digest }, publicKeys);
        fresh.set(fileOf({ name, digest }), { from, bytes });
        return delta;
      } catch (error) {
        if (error instanceof UserError) return undefined;
        throw error;
      }
    },
    keep: async (wanted) => {
      const files = new Set<string>();
      for (const ref of wanted) await addWithBases(ref, { dir, fresh, files });
      for (const [file, content] of fresh) if (files.has(file)) await writeCached(dir, file, content);
      for (const file of await listFiles(dir)) if (!files.has(file)) await rm(join(dir, file));
    },
  };
}

type ChangedManifest = { readonly from: string; readonly bytes: Uint8Array<ArrayBuffer> };

function fileOf({ name, digest }: ManifestRef): string {
  return `${name}~${digest}`;
}

async function listFiles(dir: string): Promise<string[]> {
  return await readdir(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}

type CachedFile = { readonly line: string; readonly rest: Uint8Array<ArrayBuffer>; readonly from: string | undefined };

/** Undefined when it is not there, or cannot be read: then it is fetched anew. */
async function openCached(dir: string, ref: ManifestRef): Promise<CachedFile | undefined> {
  const bytes = await readFile(join(dir, fileOf(ref))).catch(whenRefused(undefined));
  if (bytes === undefined) return undefined;
  const lineEnd = bytes.indexOf(LINE_END);
  const line = bytes.subarray(0, Math.max(0, lineEnd)).toString('latin1');
  const [, from] = /^from ([0-9a-f]{64})$/.exec(line) ?? [];
  return { line, rest: bytes.subarray(lineEnd + 1), from };
}

/** How many deltas lead to a manifest of the cache; undefined where it is not there. */
async function chainLength(dir: string, { name, digest }: ManifestRef): Promise<number | undefined> {
  let at = digest;
  for (let length = 0; length <= LONGEST_CHAIN; length += 1) {
    const file = await openCached(dir, { name, digest: at });
    if (file === undefined) return undefined;
    if (file.from === undefined) return length;
    at = file.from;
  }
  return LONGEST_CHAIN;
}

/** Of the manifests of a name, those that no delta of the cache makes another one. */
async function listNewest({ dir }: CacheInput, name: string): Promise<string[]> {
  const prefix = `${name}~`;
  const digests = (await listFiles(dir)).filter((file) => file.startsWith(prefix)).map((f) => f.slice(prefix.length));
  const bases = new Set<string | undefined>();
  for (const digest of digests) bases.add((await openCached(dir, { name, digest }))?.from);
  return digests.filter((digest) => !bases.has(digest));
}

async function addWithBases(
  { name, digest }: ManifestRef,
  {
    dir,
    fresh,
    files,
  }: { dir: string; fresh: ReadonlyMap<string, SealedManifest | ChangedManifest>; files: Set<string> },
): Promise<void> {
  const file = fileOf({ name, digest });
  if (files.has(file)) return;
  files.add(file);
  const made = fresh.get(file) ?? (await openCached(dir, { name, digest }));
  if (made === undefined || !('from' in made) || made.from === undefined) return;
  await addWithBases({ name, digest: made.from }, { dir, fresh, files });
}

/** Undefined when it is not there, or is not what a key has signed. */
async function readCached(input: CacheInput, ref: ManifestRef): Promise<NamedManifest | undefined> {
  try {
    const { digest } = ref;
    const file = await openCached(input.dir, ref);
    if (file?.from === undefined) return file === undefined ? undefined : await openWhole(input, digest, file);
    const delta = await openDelta({ from: file.from, to: digest }, file.rest, input.publicKeys);
    const base = await readChain(input, { ...ref, digest: file.from });
    return base === undefined ? undefined : { digest, manifest: proveDelta(base, delta).manifest };
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

async function openWhole(
  { publicKeys }: CacheInput,
  digest: string,
  { line, rest }: CachedFile,
): Promise<NamedManifest | undefined> {
  const [found = '', ...signature] = line.split(' ');
  if (found !== digest) return undefined;
  readSignature(digest, signature.join(' '), publicKeys);
  return { digest, manifest: decodeManifest(await openManifest(digest, rest), `manifest ${digest}`) };
}

// Every delta is signed; what the last of them comes to is proven by its digest, and with it all before.
async function readChain(input: CacheInput, ref: ManifestRef, depth = 1): Promise<Manifest | undefined> {
  const { digest } = ref;
  const file = await openCached(input.dir, ref);
  if (file === undefined || depth > LONGEST_CHAIN) return undefined;
  if (file.from === undefined) return (await openWhole(input, digest, file))?.manifest;
  const { delta } = await openDelta({ from: file.from, to: digest }, file.rest, input.publicKeys);
  const base = await readChain(input, { ...ref, digest: file.from }, depth + 1);
  return base === undefined ? undefined : applyDelta(base, delta, `manifest ${digest}`);
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
async function writeCached(dir: string, file: string, content: SealedManifest | ChangedManifest): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o755 });
  const parts =
    'stored' in content
      ? [Buffer.from(`${content.digest} ${content.signature}`), content.stored]
      : [Buffer.from(`from ${content.from}\n`), content.bytes];
  await writeFileAtomically(join(dir, file), parts);
}
