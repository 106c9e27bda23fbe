import type { Lookup } from '../contract/lookup.ts';
import type { Fetcher } from '../packagelink/fetch.ts';
import { parsePublicKey } from '../packagelink/keys.ts';
import type { Manifest } from '../packagelink/manifest.ts';
import { readManifest } from '../packagelink/read-manifest.ts';
import { forgetManifests, updateManifest } from '../packagelink/update-manifest.ts';

type PackageName = { readonly name: string; readonly manifest: string };

/**
 * The signed manifests of a machine's image and packages, each checked before it is parsed. With `cacheDir`, the machine
 * keeps them there, and fetches only what has changed since.
 */
export async function fetchManifests(input: {
  readonly lookup: Pick<Lookup, 'image' | 'packages'>;
  readonly fetcher: Fetcher;
  readonly publicKeys: readonly string[];
  readonly cacheDir?: string;
}): Promise<{ image: Manifest; packages: Manifest[] }> {
  const { lookup, fetcher, cacheDir } = input;
  const publicKeys = input.publicKeys.map((pem, index) => parsePublicKey(pem, `public key ${index}`));
  const read = async ({ name, manifest: digest }: PackageName): Promise<Manifest> => {
    if (cacheDir === undefined) return await readManifest(fetcher, digest, publicKeys);
    return (await updateManifest({ cacheDir, name, digest, fetcher, publicKeys })).manifest;
  };
  const [image, ...packages] = await Promise.all([read(lookup.image), ...lookup.packages.map(read)]);
  if (cacheDir !== undefined)
    await forgetManifests(
      cacheDir,
      [lookup.image, ...lookup.packages].map(({ name }) => name),
    );
  return { image, packages };
}
