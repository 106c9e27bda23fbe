// What somebody types for a generation of a package. In: `NAME`, `NAME@~2`, a digest or its beginning. Out: a digest.
import { UserError } from '../../lib/errors.ts';
import { listNames, readGenerations } from './store.ts';
import type { Store } from './store.ts';
import { listStoreFiles } from './store-files.ts';

const SHORTEST_DIGEST = 6;

/**
 * The manifest that a text stands for: `motd` is what that name stands for now, `motd@~1` what it stood for before that,
 * `3fa94c` the one manifest whose digest begins so. Names win.
 * @throws UserError (exit code 2) when there is none, or several
 */
export async function findManifest(store: Store, text: string): Promise<string> {
  const [, name = text, steps = '0'] = /^(.+)@~(\d+)$/.exec(text) ?? [];
  if ((await listNames(store)).includes(name)) return await generationOf(store, name, Number(steps));
  const isDigest = new RegExp(`^[0-9a-f]{${SHORTEST_DIGEST},64}$`).test(text);
  const { folders } = await listStoreFiles(store);
  const found = isDigest ? folders.manifests.filter((file) => file.startsWith(text) && !file.endsWith('.sig')) : [];
  const [digest] = found;
  if (digest !== undefined && found.length === 1) return digest;
  const what = found.length === 0 ? 'no package, and no manifest,' : `${found.length} manifests`;
  throw new UserError(`${what} in the store that '${text}' could mean`, { exitCode: 2, hint: 'gutinteg package list' });
}

async function generationOf(store: Store, name: string, steps: number): Promise<string> {
  const generations = await readGenerations(store, name);
  const generation = generations[steps];
  if (generation !== undefined) {
    const { folders } = await listStoreFiles(store);
    if (folders.manifests.includes(generation.digest)) return generation.digest;
    throw new UserError(`${name}@~${steps}, manifest ${generation.digest}, is no longer in the store`, { exitCode: 2 });
  }
  const many = generations.length === 1 ? 'one generation' : `${generations.length} generations`;
  throw new UserError(`${name} has had only ${many}, so there is no ${name}@~${steps}`, { exitCode: 2 });
}
