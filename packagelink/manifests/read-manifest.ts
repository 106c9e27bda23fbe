import type { KeyObject } from 'node:crypto';
import { decodeManifest } from './encode-manifest.ts';
import { fetchBytes } from '../contents/fetch.ts';
import type { Fetcher } from '../contents/fetch.ts';
import type { Manifest } from '../package/manifest.ts';
import { checkDigest, readSignature, unsealManifest } from './seal-manifest.ts';
import type { SealedManifest } from './seal-manifest.ts';

/**
 * Fetches a manifest, checks digest and signature, and only then decompresses and parses it.
 * @param publicKeys any one of them may have signed.
 * @throws WrongBytesError for wrong bytes or a foreign signature; UserError when one is missing; FaultsError when the content is unsound.
 */
export async function readManifest(
  fetcher: Fetcher,
  digest: string,
  publicKeys: readonly KeyObject[],
): Promise<Manifest> {
  const raw = await unsealManifest(await fetchManifest(fetcher, digest, publicKeys), publicKeys);
  return decodeManifest(raw, `manifest ${digest}`);
}

/** The stored files of a manifest, as they come. @throws WrongBytesError for a foreign signature; UserError */
export async function fetchManifest(
  fetcher: Fetcher,
  digest: string,
  publicKeys: readonly KeyObject[],
): Promise<SealedManifest> {
  const [signature, stored] = await Promise.all([
    fetchSignature(fetcher, digest, publicKeys),
    fetchBytes(fetcher, `manifests/${digest}`),
  ]);
  return { digest, stored, signature };
}

/** The text of a manifest's signature. @throws WrongBytesError when none of these keys made it; UserError */
export async function fetchSignature(
  fetcher: Fetcher,
  digest: string,
  publicKeys: readonly KeyObject[],
): Promise<string> {
  checkDigest(digest);
  const signature = Buffer.from(await fetchBytes(fetcher, `manifests/${digest}.sig`)).toString('latin1');
  readSignature(digest, signature, publicKeys);
  return signature;
}
