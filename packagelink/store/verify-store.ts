// Is a store what it should be? In: a store, the site's public keys. Out: what is wrong, what is left over. Reads only.
import type { KeyObject } from 'node:crypto';
import { access, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describeError, UserError } from '../../lib/errors.ts';
import { whenMissing } from '../../lib/when-missing.ts';
import { directoryFetcher, fetchPack } from '../contents/fetch.ts';
import type { Manifest, Pack } from '../package/manifest.ts';
import { readManifest } from '../manifests/read-manifest.ts';
import { readManifestDelta } from '../manifests/read-manifest-delta.ts';
import { listNames, readGenerations } from './store.ts';
import type { Store } from './store.ts';
import { listStoreFiles } from './store-files.ts';
import type { StoreFiles } from './store-files.ts';

/** `where` is a path below the store's directory. */
type StoreFault = { readonly where: string; readonly message: string };

type VerifiedStore = {
  readonly names: number;
  readonly manifests: number;
  readonly deltas: number;
  readonly packs: number;
  readonly packBytes: number;
  readonly faults: readonly StoreFault[];
  /** Files that nothing needs: of writers that were cut off, or that are at work. No fault; `gc` removes them. */
  readonly leftovers: readonly string[];
};

type VerifyInput = {
  readonly store: Store;
  readonly publicKeys: readonly KeyObject[];
  readonly onProgress?: (donePacks: number, totalPacks: number) => void;
};

/** Reads every file of the store. Publishers need not wait: what appears or goes meanwhile is no fault. */
export async function verifyStore(input: VerifyInput): Promise<VerifiedStore> {
  const { store } = input;
  const files = await listStoreFiles(store);
  const digests = files.folders.manifests.filter((name) => !name.endsWith('.sig'));
  const faults = await nameFaults(store);
  const manifests = new Map<string, Manifest>();
  for (const digest of digests) {
    const fault = await faultOf(store, `manifests/${digest}`, async () => {
      manifests.set(digest, await readManifest(directoryFetcher(store.dir), digest, input.publicKeys));
    });
    faults.push(...fault);
  }
  faults.push(...(await packFaults(input, manifests)), ...(await deltaFaults(input, files, manifests)));
  const packs = files.folders.packs.map((name) => stat(join(store.dir, 'packs', name)).catch(whenMissing({ size: 0 })));
  return {
    names: files.folders.names.length,
    manifests: digests.length,
    deltas: files.folders.deltas.length,
    packs: packs.length,
    packBytes: (await Promise.all(packs)).reduce((sum, { size }) => sum + size, 0),
    faults,
    leftovers: leftoversOf(files, digests, faults.length === 0 ? manifests : undefined),
  };
}

async function nameFaults(store: Store): Promise<StoreFault[]> {
  const faults: StoreFault[] = [];
  for (const name of await listNames(store)) {
    const where = `names/${name}`;
    try {
      const digest = (await readGenerations(store, name))[0]?.digest;
      if (digest === undefined || (await isThere(store, `manifests/${digest}`))) continue;
      faults.push({ where, message: `stands for manifest ${digest}, which is not there` });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      faults.push({ where, message: describeError(error) });
    }
  }
  return faults;
}

async function packFaults(
  { store, onProgress }: VerifyInput,
  manifests: ReadonlyMap<string, Manifest>,
): Promise<StoreFault[]> {
  const needed = new Map<string, { pack: Pack; manifest: string }>();
  for (const [manifest, { packs }] of manifests) for (const pack of packs) needed.set(pack.sha256, { pack, manifest });
  const faults: StoreFault[] = [];
  let done = 0;
  for (const { pack, manifest } of needed.values()) {
    const where = `packs/${pack.sha256}`;
    const found = await faultOf(store, `manifests/${manifest}`, async () => {
      const size = (await stat(join(store.dir, where)).catch(whenMissing(undefined)))?.size;
      if (size !== undefined && size !== pack.sizeBytes)
        throw new UserError(`has ${size} bytes, but manifest ${manifest} says ${pack.sizeBytes}`);
      await fetchPack(directoryFetcher(store.dir), pack);
    });
    faults.push(...found.map(({ message }) => ({ where, message })));
    onProgress?.((done += 1), needed.size);
  }
  return faults;
}

async function deltaFaults(
  { store, publicKeys }: VerifyInput,
  { folders }: StoreFiles,
  manifests: ReadonlyMap<string, Manifest>,
): Promise<StoreFault[]> {
  const faults: StoreFault[] = [];
  for (const name of folders.deltas) {
    const [digest = '', to = ''] = name.split('-');
    const manifest = manifests.get(digest);
    // Without the manifest that it begins with, only the machine that has it can tell.
    if (manifest === undefined) continue;
    const from = { digest, manifest };
    const read = async () =>
      void (await readManifestDelta({ fetcher: directoryFetcher(store.dir), from, to, publicKeys }));
    faults.push(...(await faultOf(store, `deltas/${name}`, read)));
  }
  return faults;
}

/** What `check` says against a file that is still there. */
async function faultOf(store: Store, where: string, check: () => Promise<void>): Promise<StoreFault[]> {
  try {
    await check();
    return [];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return (await isThere(store, where)) ? [{ where, message: describeError(error) }] : [];
  }
}

async function isThere(store: Store, path: string): Promise<boolean> {
  return await access(join(store.dir, path)).then(
    () => true,
    () => false,
  );
}

// Which packs are left over can be told only when every manifest could be read.
function leftoversOf(
  { folders, temporaries, foreign }: StoreFiles,
  digests: readonly string[],
  manifests: ReadonlyMap<string, Manifest> | undefined,
): string[] {
  const known = new Set(digests);
  const needed = new Set([...(manifests?.values() ?? [])].flatMap(({ packs }) => packs.map(({ sha256 }) => sha256)));
  const signatures = folders.manifests.filter(
    (name) => name.endsWith('.sig') && !known.has(name.slice(0, -'.sig'.length)),
  );
  const deltas = folders.deltas.filter((name) => !known.has(name.split('-')[1] ?? ''));
  const packs = manifests === undefined ? [] : folders.packs.filter((name) => !needed.has(name));
  return [
    ...temporaries,
    ...foreign,
    ...signatures.map((name) => `manifests/${name}`),
    ...deltas.map((name) => `deltas/${name}`),
    ...packs.map((name) => `packs/${name}`),
  ];
}
