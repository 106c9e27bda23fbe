import type { KeyObject } from 'node:crypto';
import { FaultsError, UserError } from '../lib/errors.ts';
import { parseJsonEdge } from '../lib/parse-edge.ts';
import { WrongBytesError, decompressBounded, fetchBytes, fetchVerified } from './fetch.ts';
import type { Fetcher } from './fetch.ts';
import { isSignedBy } from './keys.ts';
import { DIGEST, manifestSchema } from './manifest.ts';
import type { Manifest } from './manifest.ts';
import { findManifestFaults } from './manifest-faults.ts';

const MAX_MANIFEST_BYTES = 256 * 1024 * 1024;

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
  if (!DIGEST.test(digest)) throw new UserError(`'${digest}' is not the digest of a manifest`, { exitCode: 2 });
  const stored = await fetchVerified(fetcher, `manifests/${digest}`);
  const signature = Buffer.from(await fetchBytes(fetcher, `manifests/${digest}.sig`)).toString('latin1');
  if (!isSignedBy(digest, signature, publicKeys)) {
    throw new WrongBytesError(`manifest ${digest} is not signed by this site's keys (${publicKeys.length} tried)`, {
      hint: 'publish the package again with the current site key',
    });
  }
  return await decodeManifest(stored, digest);
}

/** Decompresses and checks the bytes of a manifest whose digest is already known to be right. */
async function decodeManifest(stored: Uint8Array, digest: string): Promise<Manifest> {
  const json = await decompressBounded(stored, MAX_MANIFEST_BYTES, `manifest ${digest}`);
  const what = `manifest ${digest}`;
  const manifest = parseJsonEdge(manifestSchema, new TextDecoder('utf-8', { fatal: true }).decode(json), what);
  const faults = findManifestFaults(manifest);
  if (faults.length > 0) throw new FaultsError(what, faults);
  return manifest;
}
