// The manifests that a machine keeps. In: a directory on it, what is wanted, a fetcher. Out: manifests, proven to be those
// that the site has signed, with as little fetched as can be. Never: trusts what lies in the directory.
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

type UpdateInput = {
  /** Made when it is missing; `NAME` in it is the last manifest of that package. */
  readonly cacheDir: string;
  readonly name: string;
  readonly digest: string;
  readonly fetcher: Fetcher;
  readonly publicKeys: readonly KeyObject[];
};

/** `from` says what had to be fetched: nothing, what has changed, or all of it. */
export type UpdatedManifest = { readonly manifest: Manifest; readonly from: 'cache' | 'delta' | 'store' };

/**
 * The manifest with this digest: the one in the cache, or that one and a delta, or else all of it from the store. The
 * cache then holds it. A damaged or foreign cache, and a missing or wrong delta, only mean that more is fetched.
 * @throws as readManifest does
 */
export async function updateManifest(input: UpdateInput): Promise<UpdatedManifest> {
  const cached = await readCached(input);
  if (cached?.digest === input.digest) return { manifest: cached.manifest, from: 'cache' };
  const changed = cached === undefined ? undefined : await applyChange(input, cached);
  if (changed !== undefined) return { manifest: changed, from: 'delta' };
  const sealed = await fetchManifest(input.fetcher, input.digest, input.publicKeys);
  const manifest = decodeManifest(await unsealManifest(sealed, input.publicKeys), `manifest ${input.digest}`);
  await writeCached(input, sealed);
  return { manifest, from: 'store' };
}

/** Removes the manifests of packages that a machine no longer has. */
export async function forgetManifests(cacheDir: string, keep: readonly string[]): Promise<void> {
  const kept = new Set(keep);
  for (const name of await readdir(cacheDir)) if (!kept.has(name)) await rm(join(cacheDir, name), { force: true });
}

async function readCached({ cacheDir, name, publicKeys }: UpdateInput): Promise<NamedManifest | undefined> {
  const bytes = await readFile(join(cacheDir, name)).catch(() => undefined);
  if (bytes === undefined) return undefined;
  const lineEnd = bytes.indexOf(LINE_END);
  const [digest = '', ...signature] = bytes.subarray(0, Math.max(0, lineEnd)).toString('latin1').split(' ');
  try {
    readSignature(digest, signature.join(' '), publicKeys);
    const raw = await openManifest(digest, bytes.subarray(lineEnd + 1));
    return { digest, manifest: decodeManifest(raw, `manifest ${digest}`) };
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

async function applyChange(input: UpdateInput, from: NamedManifest): Promise<Manifest | undefined> {
  const { fetcher, digest, publicKeys } = input;
  try {
    const [{ manifest, raw }, signature] = await Promise.all([
      readManifestDelta({ fetcher, from, to: digest, publicKeys }),
      fetchSignature(fetcher, digest, publicKeys),
    ]);
    await writeCached(input, { digest, stored: Uint8Array.from(await compressManifest(raw)), signature });
    return manifest;
  } catch (error) {
    // What is wrong with the server itself, fetching all of it will say.
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

// Other bytes than the store's may decompress to the same manifest; its signature names it by what they decompress to.
async function writeCached(
  { cacheDir, name }: UpdateInput,
  { digest, stored, signature }: SealedManifest,
): Promise<void> {
  await mkdir(cacheDir, { recursive: true, mode: 0o700 });
  await writeFileAtomically(join(cacheDir, name), [Buffer.from(`${digest} ${signature}`), stored], 0o600);
}
