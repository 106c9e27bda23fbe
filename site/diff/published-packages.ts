// Packages of the store, for a comparison. In: a state directory. Out: packages as they are published now. Only reads:
// does not create a key or a store.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { directoryFetcher } from '../../packagelink/contents/fetch.ts';
import { parsePublicKey } from '../../packagelink/manifests/keys.ts';
import { readManifest } from '../../packagelink/manifests/read-manifest.ts';
import { readSource } from '../../packagelink/contents/read-source.ts';
import { readName } from '../../packagelink/store/store.ts';
import type { DiffPackage } from './read-side.ts';

/** A published package by its name; undefined where the store has none. */
export type FindPublished = (name: string) => Promise<DiffPackage | undefined>;

/** Looks packages up in the store of a state directory, each once. */
export async function openPublished(stateDir: string): Promise<FindPublished> {
  const store = { dir: join(stateDir, 'store') };
  const keyFile = join(stateDir, 'keys/site.pub');
  const pem = await readFile(keyFile, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (pem === undefined) return async () => await Promise.resolve(undefined);
  const keys = [parsePublicKey(pem, keyFile)];
  const fetcher = directoryFetcher(store.dir);
  const find: FindPublished = async (name) => {
    const digest = await readName(store, name);
    if (digest === undefined) return undefined;
    const manifest = await readManifest(fetcher, digest, keys);
    return { name, manifest, read: async ({ content }) => await readSource(content, fetcher) };
  };
  const known = new Map<string, ReturnType<FindPublished>>();
  return async (name) => {
    const found = known.get(name) ?? find(name);
    known.set(name, found);
    return await found;
  };
}
