// A manifest from the one before it and what has changed. In: a fetcher, the old manifest. Out: the new one, proven to
// be what was published. Never: writes; decompresses what no key has signed.
import type { KeyObject } from 'node:crypto';
import { sha256 } from '../package/digest.ts';
import { encodeManifest } from './encode-manifest.ts';
import { WrongBytesError, decompressBounded, fetchBytes } from '../contents/fetch.ts';
import type { Fetcher } from '../contents/fetch.ts';
import { isSignedBy, signStatement } from './keys.ts';
import { applyDelta, decodeDelta, encodeDelta } from './manifest-delta.ts';
import type { ManifestDelta } from './manifest-delta.ts';
import type { Manifest } from '../package/manifest.ts';
import { checkDigest, compressManifest } from './seal-manifest.ts';

const MAX_DELTA_BYTES = 256 * 1024 * 1024;
const LINE_END = 10;
/** A delta is small. */
const LEVEL = 15;

/** A manifest and what it is named by. */
export type NamedManifest = { readonly digest: string; readonly manifest: Manifest };

/** `raw` are the canonical bytes, whose SHA-256 is the name of `manifest`. */
export type ProvenManifest = { readonly manifest: Manifest; readonly raw: Buffer };

/**
 * The stored file of a delta: a line with its signature, then a zstd frame.
 * Undefined when the new manifest cannot be told by what has changed.
 */
export async function sealDelta(
  from: NamedManifest,
  to: NamedManifest,
  privateKey: KeyObject,
): Promise<Buffer | undefined> {
  const raw = encodeDelta(from.manifest, to.manifest);
  const what = `the delta of ${to.manifest.name}`;
  const made = applyDelta(from.manifest, decodeDelta(raw, what), what);
  if (sha256(encodeManifest(made)) !== to.digest) return undefined;
  const stored = await compressManifest(raw, LEVEL);
  const statement = { kind: 'delta', from: from.digest, to: to.digest, storedDigest: sha256(stored) } as const;
  return Buffer.concat([Buffer.from(`${signStatement(statement, privateKey)}\n`), stored]);
}

type DeltaRef = { readonly from: string; readonly to: string };

/** `bytes` is the stored file. */
export type SignedDelta = DeltaRef & { readonly delta: ManifestDelta; readonly bytes: Uint8Array<ArrayBuffer> };

const pathOf = ({ from, to }: DeltaRef) => `deltas/${from}-${to}` as const;

/**
 * Fetches what makes one manifest another, as one of these keys has signed it.
 * @throws WrongBytesError for a foreign signature; UserError when there is no such delta
 */
export async function fetchDelta(
  fetcher: Fetcher,
  ref: DeltaRef,
  publicKeys: readonly KeyObject[],
): Promise<SignedDelta> {
  for (const digest of [ref.from, ref.to]) checkDigest(digest);
  return await openDelta(ref, await fetchBytes(fetcher, pathOf(ref)), publicKeys);
}

/** The same from its stored file. @throws WrongBytesError, UserError */
export async function openDelta(
  { from, to }: DeltaRef,
  bytes: Uint8Array<ArrayBuffer>,
  publicKeys: readonly KeyObject[],
): Promise<SignedDelta> {
  const path = pathOf({ from, to });
  const lineEnd = bytes.indexOf(LINE_END);
  const stored = bytes.subarray(lineEnd + 1);
  const signature = Buffer.from(bytes.subarray(0, Math.max(0, lineEnd))).toString('latin1');
  const statement = { kind: 'delta', from, to, storedDigest: sha256(stored) } as const;
  if (!isSignedBy(statement, signature, publicKeys)) {
    throw new WrongBytesError(`${path} is not signed by this site's keys (${publicKeys.length} tried)`);
  }
  const delta = decodeDelta(await decompressBounded(stored, MAX_DELTA_BYTES, path), path);
  return { from, to, delta, bytes };
}

/**
 * Applies what makes one manifest another, and checks that the canonical bytes of what comes out have the digest that
 * was asked for.
 * @throws WrongBytesError for another result; UserError, FaultsError where the delta is not of this manifest
 */
export function proveDelta(from: Manifest, { delta, ...ref }: SignedDelta): ProvenManifest {
  const manifest = applyDelta(from, delta, pathOf(ref));
  const raw = encodeManifest(manifest);
  const found = sha256(raw);
  if (found === ref.to) return { manifest, raw };
  throw new WrongBytesError(`${pathOf(ref)} comes to a manifest with SHA-256 ${found}`);
}

/** Both of it. @throws as they do */
export async function readManifestDelta(input: {
  readonly fetcher: Fetcher;
  readonly from: NamedManifest;
  readonly to: string;
  readonly publicKeys: readonly KeyObject[];
}): Promise<ProvenManifest> {
  const { fetcher, from, to, publicKeys } = input;
  return proveDelta(from.manifest, await fetchDelta(fetcher, { from: from.digest, to }, publicKeys));
}
