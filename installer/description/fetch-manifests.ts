import type { Lookup } from '../../contract/lookup.ts';
import type { Fetcher } from '../../packagelink/contents/fetch.ts';
import { parsePublicKeys } from '../../packagelink/manifests/keys.ts';
import type { ManifestCache, ManifestRef } from '../../packagelink/manifests/manifest-cache.ts';
import type { Manifest } from '../../packagelink/package/manifest.ts';
import { readManifest } from '../../packagelink/manifests/read-manifest.ts';

/** Of a look-up. */
export type Manifests = { readonly image: Manifest; readonly packages: Manifest[] };

/** The signed manifests of a machine's image and packages, each checked before it is parsed. */
export async function fetchManifests(input: {
  readonly lookup: Lookup;
  readonly fetcher: Fetcher;
  readonly publicKeys: readonly string[];
}): Promise<Manifests> {
  const keys = parsePublicKeys(input.publicKeys);
  return await readAll(input.lookup, async ({ digest }) => await readManifest(input.fetcher, digest, keys));
}

/** The same by way of what the machine has kept: only what has changed since is fetched. */
export async function updateManifests(lookup: Lookup, cache: ManifestCache): Promise<Manifests> {
  return await readAll(lookup, async (ref) => (await cache.read(ref)).manifest);
}

/** What a look-up names, the image first. */
export function manifestsOf({ image, packages }: Lookup): [ManifestRef, ...ManifestRef[]] {
  const asRef = ({ name, manifest }: { name: string; manifest: string }) => ({ name, digest: manifest });
  return [asRef(image), ...packages.map(asRef)];
}

async function readAll(lookup: Lookup, read: (ref: ManifestRef) => Promise<Manifest>): Promise<Manifests> {
  const [first, ...others] = manifestsOf(lookup);
  const [image, ...packages] = await Promise.all([read(first), ...others.map(read)]);
  return { image, packages };
}
