// For machines that have an earlier generation. In: the new manifest. Out: deltas in the store. Never: fails for a
// generation that cannot be read any more: machines then fetch the whole manifest.
import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { UserError } from '../../lib/errors.ts';
import { directoryFetcher } from '../contents/fetch.ts';
import { readManifest } from '../manifests/read-manifest.ts';
import { sealDelta } from '../manifests/read-manifest-delta.ts';
import type { NamedManifest } from '../manifests/read-manifest-delta.ts';
import { readGenerations, readStoredManifest, writeDelta } from './store.ts';
import type { Store } from './store.ts';

/** A machine that was switched off for longer than this many changes of a package fetches its manifest whole. */
const GENERATIONS = 3;
/** Of the whole manifest; a delta costs a request that may find nothing. */
const LARGEST_SHARE = 0.5;

/** Writes what makes each of a name's last generations its next one, where that is small. */
export async function publishDeltas(input: {
  readonly store: Store;
  readonly name: string;
  readonly to: NamedManifest;
  readonly signingKey: KeyObject;
}): Promise<void> {
  const { store, name, to, signingKey } = input;
  const wholeBytes = (await readStoredManifest(store, to.digest))?.length ?? 0;
  const digests = new Set((await readGenerations(store, name)).map(({ digest }) => digest));
  digests.delete(to.digest);
  for (const digest of [...digests].slice(0, GENERATIONS)) {
    const manifest = await readIfSound(input, digest);
    const bytes = manifest === undefined ? undefined : await sealDelta({ digest, manifest }, to, signingKey);
    if (bytes === undefined || bytes.length > wholeBytes * LARGEST_SHARE) continue;
    await writeDelta(store, { from: digest, to: to.digest, bytes });
  }
}

async function readIfSound({ store, signingKey }: { store: Store; signingKey: KeyObject }, digest: string) {
  try {
    return await readManifest(directoryFetcher(store.dir), digest, [createPublicKey(signingKey)]);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
