// What lies in a store. In: its directory. Out: names of files. Never: reads contents, writes.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { storeFolders } from './store.ts';
import type { Store } from './store.ts';

type StoreFolder = (typeof storeFolders)[number];

/** Names that a write in progress has: see lib/write-file-atomically.ts. */
const TEMPORARY = /^\..+\.[0-9a-f]{12}$/;

const EXPECTED: Readonly<Record<StoreFolder, RegExp>> = {
  manifests: /^[0-9a-f]{64}(?:\.sig)?$/,
  deltas: /^[0-9a-f]{64}-[0-9a-f]{64}$/,
  packs: /^[0-9a-f]{64}$/,
  names: /^[A-Za-z0-9][A-Za-z0-9._+@-]*$/,
};

export type StoreFiles = {
  readonly folders: Readonly<Record<StoreFolder, readonly string[]>>;
  /** Paths below the store's directory that a writer which was cut off has left, or that one is writing now. */
  readonly temporaries: readonly string[];
  /** Paths that no store has. */
  readonly foreign: readonly string[];
};

/** Every file of a store, each list sorted. */
export async function listStoreFiles({ dir }: Store): Promise<StoreFiles> {
  const names = await Promise.all(storeFolders.map(async (folder) => (await readdir(join(dir, folder))).toSorted()));
  const all = storeFolders.flatMap((folder, index) => (names[index] ?? []).map((name) => ({ folder, name })));
  const isTemporary = ({ name }: { name: string }) => TEMPORARY.test(name);
  const isExpected = ({ folder, name }: { folder: StoreFolder; name: string }) => EXPECTED[folder].test(name);
  const path = ({ folder, name }: { folder: StoreFolder; name: string }) => `${folder}/${name}`;
  const of = (wanted: StoreFolder) =>
    all.filter((file) => file.folder === wanted && isExpected(file)).map(({ name }) => name);
  return {
    folders: { manifests: of('manifests'), deltas: of('deltas'), packs: of('packs'), names: of('names') },
    temporaries: all.filter(isTemporary).map(path),
    foreign: all.filter((file) => !isTemporary(file) && !isExpected(file)).map(path),
  };
}
