// Manifests that must stay, whatever else is published. In: a store, a digest. Out: files in `pins/`, each with a reason.
import { mkdir, readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from '../../lib/write-file-atomically.ts';
import { DIGEST } from '../package/manifest.ts';
import type { Store } from './store.ts';

export type Pin = { readonly digest: string; readonly reason: string };

/** The pins of a store, by digest. */
export async function listPins({ dir }: Store): Promise<Pin[]> {
  const folder = join(dir, 'pins');
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const digests = names.filter((name) => DIGEST.test(name)).toSorted();
  return await Promise.all(
    digests.map(async (digest) => ({ digest, reason: (await readFile(join(folder, digest), 'utf8')).trim() })),
  );
}

/** Keeps a manifest, and all that it needs, until it is unpinned. */
export async function pinManifest({ dir }: Store, { digest, reason }: Pin): Promise<void> {
  await mkdir(join(dir, 'pins'), { recursive: true });
  await writeFileAtomically(join(dir, 'pins', digest), `${reason}\n`);
}

/** Does nothing when it is not pinned. */
export async function unpinManifest({ dir }: Store, digest: string): Promise<void> {
  await rm(join(dir, 'pins', digest), { force: true });
}
