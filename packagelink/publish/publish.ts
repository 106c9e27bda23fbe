// A package tree → the store. In: a directory, a name, the site's key. Out: packs, a signed manifest, a moved name.
// Never: touches the tree; leaves a name pointing at something incomplete.
import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { parseEdge } from '../../lib/parse-edge.ts';
import { sha256 } from '../package/digest.ts';
import { encodeManifest } from '../manifests/encode-manifest.ts';
import { directoryFetcher } from '../contents/fetch.ts';
import { compileGlobs } from '../package/glob.ts';
import { packageNameSchema } from '../package/manifest.ts';
import type { Manifest } from '../package/manifest.ts';
import { packTree } from './pack-tree.ts';
import { placesOf } from './plan-reuse.ts';
import type { Places } from './plan-reuse.ts';
import { publishDeltas } from '../store/publish-deltas.ts';
import { readManifest } from '../manifests/read-manifest.ts';
import type { ScannedEntry } from './scan.ts';
import { scanPackage } from './scan-package.ts';
import type { PackageTree } from './scan-package.ts';
import { sealManifest } from '../manifests/seal-manifest.ts';
import { hasPack, readName, readStoredManifest, writeManifest, writeName } from '../store/store.ts';
import type { Store } from '../store/store.ts';
import { withLock } from '../filesystem/file-lock.ts';
import { UserError } from '../../lib/errors.ts';

/** A package to publish; its directory stands for `/` of the target. */
type PublishOptions = PackageTree & {
  readonly store: Store;
  /** The site's private ed25519 key. */
  readonly signingKey: KeyObject;
  /** Told of every file that was read, in bytes of all files. */
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
  /** Writes nothing: only says what would be published. */
  readonly dryRun?: boolean;
};

/**
 * `manifest` is its digest, in a dry run an imaginary one; `storedBytes` are those of all its packs, `packedBytes` those
 * of new ones; `changed` is false when the name stands for what it stood for.
 */
export type Published = {
  readonly manifest: string;
  readonly entries: number;
  readonly rawBytes: number;
  readonly storedBytes: number;
  readonly packedBytes: number;
  readonly changed: boolean;
  /** The last generation; undefined where there was none that could be built upon. */
  readonly before: Manifest | undefined;
  readonly after: Manifest;
  /** Attributes that the tree has and the package has not: `security.selinux of 120 paths, such as etc/motd`. */
  readonly leftOut: readonly string[];
};

/**
 * Publishes a tree under a name: scans it, packs what the store does not hold yet, signs the manifest.
 * @throws FaultsError for paths that a package cannot hold and faults in `.packagelink.yaml`; UserError when the tree
 * changes meanwhile. The name then still stands for its last generation.
 */
export async function publishTree(options: PublishOptions): Promise<Published> {
  parseEdge(packageNameSchema, options.name, `publishing '${options.name}'`);
  compileGlobs([...(options.mutable ?? []), ...(options.special ?? [])]);
  return await withLock(join(options.store.dir, 'lock.db'), async () => await publishLocked(options));
}

async function publishLocked(options: PublishOptions): Promise<Published> {
  const { store, name, tree, signingKey, dryRun = false } = options;
  const previous = await readPrevious(options);
  const { entries, leftOut, manifestOf } = await scanPackage(options);
  const packed = await packTree({
    tree,
    entries,
    known: previous?.known ?? new Map(),
    store: dryRun ? undefined : store,
    onRead: countProgress(entries, options.onProgress),
  });
  const after = manifestOf({ ...packed, previous: previous?.manifest });
  const raw = encodeManifest(after);
  const digest = sha256(raw);
  const changed = previous?.digest !== digest;
  if (changed && !dryRun) {
    const present = await readStoredManifest(store, digest);
    await writeManifest(store, await sealManifest(raw, signingKey, present));
    await publishDeltas({ store, name, to: { digest, manifest: after }, signingKey });
    await writeName(store, name, digest);
  }
  return {
    manifest: digest,
    entries: after.entries.length,
    rawBytes: after.rawBytes,
    storedBytes: after.packs.reduce((sum, pack) => sum + pack.sizeBytes, 0),
    packedBytes: packed.packedBytes,
    changed,
    before: previous?.manifest,
    after,
    leftOut,
  };
}

function countProgress(
  entries: readonly ScannedEntry[],
  onProgress: PublishOptions['onProgress'],
): (bytes: number) => void {
  const totalBytes = entries.reduce((sum, entry) => sum + (entry.type === 'file' ? entry.sizeBytes : 0), 0);
  let doneBytes = 0;
  return (bytes) => onProgress?.((doneBytes += bytes), totalBytes);
}

type Previous = { readonly digest: string; readonly manifest: Manifest; readonly known: Places };

// A last generation that another key signed, or that is damaged, is not built upon; publishing then starts afresh.
async function readPrevious({ store, name, signingKey }: PublishOptions): Promise<Previous | undefined> {
  const digest = await readName(store, name);
  if (digest === undefined) return undefined;
  try {
    const manifest = await readManifest(directoryFetcher(store.dir), digest, [createPublicKey(signingKey)]);
    const present = new Set<string>();
    for (const pack of manifest.packs) if (await hasPack(store, pack)) present.add(pack.sha256);
    return { digest, manifest, known: placesOf(manifest, present) };
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
