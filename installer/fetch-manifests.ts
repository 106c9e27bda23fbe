import type { Lookup } from '../contract/lookup.ts';
import type { Fetcher } from '../packagelink/fetch.ts';
import { parsePublicKey } from '../packagelink/keys.ts';
import type { Manifest } from '../packagelink/manifest.ts';
import { readManifest } from '../packagelink/read-manifest.ts';

/** The signed manifests of a machine's image and packages, each checked before it is parsed. */
export async function fetchManifests(input: {
  readonly lookup: Lookup;
  readonly fetcher: Fetcher;
  readonly publicKeys: readonly string[];
}): Promise<{ image: Manifest; packages: Manifest[] }> {
  const keys = input.publicKeys.map((pem, index) => parsePublicKey(pem, `public key ${index}`));
  const read = async (digest: string): Promise<Manifest> => readManifest(input.fetcher, digest, keys);
  const [image, ...packages] = await Promise.all([
    read(input.lookup.image.manifest),
    ...input.lookup.packages.map(({ manifest }) => read(manifest)),
  ]);
  return { image, packages };
}
