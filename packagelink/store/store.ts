// The store: static files that any HTTP server can hand out. In: manifests and packs. Out: files named by their
// digests. Never: changes a file once it has its name; only `names/` moves.
import { existsSync, mkdirSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfThere } from '../../lib/read-if-there.ts';
import { UserError } from '../../lib/errors.ts';
import { writeFileForOwner } from '../../lib/write-file-for-owner.ts';
import { parseEdge } from '../../lib/parse-edge.ts';
import { DIGEST, packageNameSchema } from '../package/manifest.ts';
import type { Pack } from '../package/manifest.ts';
import type { SealedManifest } from '../manifests/seal-manifest.ts';

/** A directory with `manifests/<sha256>` and its `.sig`, `deltas/<from>-<to>`, `packs/<sha256>` and `names/<NAME>`. */
export type Store = { readonly dir: string };

export const storeFolders = ['manifests', 'deltas', 'packs', 'names'] as const;

/** What a name has stood for since `at`, a time in ISO 8601. */
export type Generation = { readonly digest: string; readonly at: string };

/** More than anybody keeps, and still one block of a disk. */
const MOST_GENERATIONS = 40;

/** Opens a store, making its directories where they are missing. */
export function openStore(dir: string): Store {
  for (const folder of storeFolders) mkdirSync(join(dir, folder), { recursive: true, mode: 0o755 });
  return { dir };
}

/**
 * The digest of the manifest that a name stands for now; undefined when nothing was published under it.
 * @throws FaultsError when the text is no package name; UserError when the store's file is damaged.
 */
export async function readName(store: Store, name: string): Promise<string | undefined> {
  return (await readGenerations(store, name))[0]?.digest;
}

/**
 * All that a name has stood for, the newest first; empty when nothing was published under it.
 * @throws FaultsError when the text is no package name; UserError when the store's file is damaged.
 */
export async function readGenerations(store: Store, name: string): Promise<Generation[]> {
  const file = join(store.dir, 'names', parseEdge(packageNameSchema, name, `package '${name}'`));
  const text = (await readIfThere(file))?.toString('latin1');
  // A bare digest is that of a manifest as it was stored before names had a history: nobody reads those any more.
  if (text === undefined || DIGEST.test(text.trim())) return [];
  const generations = text.trimEnd().split('\n').map(parseGeneration);
  if (generations.every((generation) => generation !== undefined)) return generations;
  throw new UserError(`${file} holds no digests`, { hint: `publish ${name} again after removing that file` });
}

function parseGeneration(line: string): Generation | undefined {
  const [digest = '', at = ''] = line.split(' ');
  return DIGEST.test(digest) && !Number.isNaN(Date.parse(at)) ? { digest, at } : undefined;
}

/** Whether something was published under a name. */
export function hasName({ dir }: Store, name: string): boolean {
  return packageNameSchema.safeParse(name).success && existsSync(join(dir, 'names', name));
}

/** Every name that something was published under, sorted. */
export async function listNames(store: Store): Promise<string[]> {
  const names = await readdir(join(store.dir, 'names'));
  return names.filter((name) => packageNameSchema.safeParse(name).success).toSorted();
}

/** Points a name at a manifest that is already in the store. History and present are one file, so that they agree. */
export async function writeName(store: Store, name: string, digest: string): Promise<void> {
  const before = await readGenerations(store, name);
  if (before[0]?.digest === digest) return;
  const generations = [{ digest, at: new Date().toISOString() }, ...before].slice(0, MOST_GENERATIONS);
  const lines = generations.map((generation) => `${generation.digest} ${generation.at}\n`);
  await writeFileForOwner(join(store.dir, 'names', name), lines.join(''));
}

/** Stores a manifest and its signature. The signature comes first: no manifest is ever there without one. */
export async function writeManifest(store: Store, { digest, stored, signature }: SealedManifest): Promise<void> {
  const file = join(store.dir, 'manifests', digest);
  const signed = (await readIfThere(`${file}.sig`))?.toString('latin1');
  if (signed !== signature) await writeFileForOwner(`${file}.sig`, signature);
  const isPresent = (await readIfThere(file))?.equals(stored) ?? false;
  if (!isPresent) await writeFileForOwner(file, stored);
}

/** The compressed bytes of a manifest; undefined when it is not there. */
export async function readStoredManifest(store: Store, digest: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  return await readIfThere(join(store.dir, 'manifests', digest));
}

/** Stores how one manifest becomes another. */
export async function writeDelta(
  store: Store,
  { from, to, bytes }: { from: string; to: string; bytes: Uint8Array },
): Promise<void> {
  await writeFileForOwner(join(store.dir, 'deltas', `${from}-${to}`), bytes);
}

/** Stores a pack under its digest, unless it is there with its full size. */
export async function writePack(store: Store, pack: Pack, bytes: Uint8Array): Promise<void> {
  if (!(await hasPack(store, pack))) await writeFileForOwner(join(store.dir, 'packs', pack.sha256), bytes);
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
