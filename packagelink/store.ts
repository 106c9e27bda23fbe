// The store: static files that any HTTP server can hand out. In: manifests and packs. Out: files named by their
// digests. Never: changes a file once it has its name; only `names/` moves.
import { existsSync, mkdirSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../lib/errors.ts';
import { writeFileAtomically } from '../lib/write-file-atomically.ts';
import { parseEdge } from '../lib/parse-edge.ts';
import { DIGEST, packageNameSchema } from './manifest.ts';
import type { Pack } from './manifest.ts';

/** A directory with `manifests/<sha256>`, `manifests/<sha256>.sig`, `packs/<sha256>` and `names/<NAME>`. */
export type Store = { readonly dir: string };

/** Opens a store, making its directories where they are missing. */
export function openStore(dir: string): Store {
  for (const folder of ['manifests', 'packs', 'names']) mkdirSync(join(dir, folder), { recursive: true, mode: 0o755 });
  return { dir };
}

/**
 * The digest of the manifest that a name stands for now; undefined when nothing was published under it.
 * @throws FaultsError when the text is no package name; UserError when the store's file is damaged.
 */
export async function readName(store: Store, name: string): Promise<string | undefined> {
  const file = join(store.dir, 'names', parseEdge(packageNameSchema, name, `package '${name}'`));
  const digest = (await readIfThere(file))?.toString('latin1').trim();
  if (digest === undefined || DIGEST.test(digest)) return digest;
  throw new UserError(`${file} holds no digest`, { hint: `publish ${name} again` });
}

/** Points a name at a manifest that is already in the store. */
export async function writeName(store: Store, name: string, digest: string): Promise<void> {
  await writeFileAtomically(join(store.dir, 'names', name), `${digest}\n`);
}

/** Stores a manifest and its signature; what is already there stays. */
export async function writeManifest(
  store: Store,
  { digest, bytes, signature }: { digest: string; bytes: Uint8Array; signature: string },
): Promise<void> {
  const file = join(store.dir, 'manifests', digest);
  if (!existsSync(file)) await writeFileAtomically(file, bytes);
  const signed = (await readIfThere(`${file}.sig`))?.toString('latin1');
  if (signed !== signature) await writeFileAtomically(`${file}.sig`, signature);
}

/** Stores a pack under its digest, unless it is there with its full size. */
export async function writePack(store: Store, pack: Pack, bytes: Uint8Array): Promise<void> {
  if (!(await hasPack(store, pack))) await writeFileAtomically(join(store.dir, 'packs', pack.sha256), bytes);
}

/** Whether a pack is in the store with its full size. */
export async function hasPack(store: Store, pack: Pack): Promise<boolean> {
  try {
    return (await stat(join(store.dir, 'packs', pack.sha256))).size === pack.sizeBytes;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
