// A package tree → the store. In: a directory, a name, the site's key. Out: packs, a signed manifest, a moved name.
// Never: touches the tree; leaves a name pointing at something incomplete.
import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { constants, zstdCompress } from 'node:zlib';
import { parseEdge } from '../lib/parse-edge.ts';
import { runCommand } from '../lib/run-command.ts';
import { buildManifest } from './build-manifest.ts';
import { sha256 } from './digest.ts';
import { directoryFetcher } from './fetch.ts';
import { compileGlobs } from './glob.ts';
import { signManifest } from './keys.ts';
import { PACK_RAW_BYTES, packageNameSchema } from './manifest.ts';
import type { Manifest, Xattrs } from './manifest.ts';
import { SETTINGS_FILE, applySiteRules, packageSettingsSchema, readPackageSettings } from './package-settings.ts';
import type { PackageSettings } from './package-settings.ts';
import { planPacks } from './plan-packs.ts';
import type { TreeContent } from './plan-packs.ts';
import { digestFile } from './read-contents.ts';
import type { FileDigest } from './read-contents.ts';
import { readManifest } from './read-manifest.ts';
import { scanTree } from './scan.ts';
import type { ScannedEntry } from './scan.ts';
import { hasPack, readName, writeManifest, writeName } from './store.ts';
import type { Store } from './store.ts';
import { withLock } from './file-lock.ts';
import { writePacks } from './write-packs.ts';
import { readTreeXattrs } from './xattrs.ts';
import { UserError } from '../lib/errors.ts';

const compress = promisify(zstdCompress);

/** A package to publish. An `image` keeps owners, modes and xattrs; a `site` package gets those of `.packagelink.yaml`. */
type PublishOptions = {
  readonly store: Store;
  readonly name: string;
  /** The directory that stands for `/` of the target. */
  readonly tree: string;
  readonly kind: 'image' | 'site';
  /** Globs of paths that are laid down once; for a site package added to those of `.packagelink.yaml`. */
  readonly mutable?: readonly string[];
  /** 0 for an image, for a site package what `.packagelink.yaml` says, or 50. */
  readonly priority?: number;
  /** Leaves out device nodes below `dev/` instead of refusing them. */
  readonly dropDeviceNodes?: boolean;
  /** The site's private ed25519 key. */
  readonly signingKey: KeyObject;
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
};

/** `manifest` is its digest; `storedBytes` are those of all its packs; `changed` is false when nothing was written. */
export type Published = {
  readonly manifest: string;
  readonly entries: number;
  readonly rawBytes: number;
  readonly storedBytes: number;
  readonly changed: boolean;
};

/**
 * Publishes a tree under a name: scans it, packs what the store does not hold yet, signs the manifest.
 * @throws FaultsError for paths that a package cannot hold and faults in `.packagelink.yaml`; UserError when the tree
 * changes meanwhile. The name then still stands for its last generation.
 */
export async function publishTree(options: PublishOptions): Promise<Published> {
  parseEdge(packageNameSchema, options.name, `publishing '${options.name}'`);
  compileGlobs(options.mutable ?? []);
  return await withLock(join(options.store.dir, 'lock.db'), async () => await publishLocked(options));
}

async function publishLocked(options: PublishOptions): Promise<Published> {
  const { store, name, tree, signingKey } = options;
  const settings = await settingsOf(options);
  const previous = await readPrevious(options);
  const scan = await scanPackage(options, settings);
  const digests = digestFiles(tree, scan.entries);
  const plan = planPacks(distinctContents(scan.entries, digests), previous?.packable);
  const totalBytes = plan.packs.flat().reduce((sum, piece) => sum + piece.length, 0);
  let doneBytes = 0;
  const onPacked = (rawBytes: number) => options.onProgress?.((doneBytes += rawBytes), totalBytes);
  const written = await writePacks({ store, tree, packs: plan.packs, onPacked });
  const slices = new Map([...plan.reused, ...written]);
  const manifest = buildManifest({
    name,
    kind: options.kind,
    settings,
    ...scan,
    digests,
    slices,
    previous: previous?.manifest,
  });
  const bytes = await compress(JSON.stringify(manifest), { params: { [constants.ZSTD_c_compressionLevel]: 12 } });
  const digest = sha256(bytes);
  await writeManifest(store, { digest, bytes, signature: signManifest(digest, signingKey) });
  const changed = previous?.digest !== digest;
  if (changed) await writeName(store, name, digest);
  const storedBytes = manifest.packs.reduce((sum, pack) => sum + pack.sizeBytes, 0);
  return { manifest: digest, entries: manifest.entries.length, rawBytes: manifest.rawBytes, storedBytes, changed };
}

async function settingsOf({ kind, tree, mutable = [], priority }: PublishOptions): Promise<PackageSettings> {
  const settings =
    kind === 'site' ? await readPackageSettings(tree) : { ...packageSettingsSchema.parse({}), priority: 0 };
  return { ...settings, mutable: [...settings.mutable, ...mutable], priority: priority ?? settings.priority };
}

type Previous = { readonly digest: string; readonly manifest: Manifest; readonly packable: Manifest | undefined };

// A last generation that another key signed, or that is damaged, is not built upon; publishing then starts afresh.
async function readPrevious({ store, name, signingKey }: PublishOptions): Promise<Previous | undefined> {
  const digest = await readName(store, name);
  if (digest === undefined) return undefined;
  try {
    const manifest = await readManifest(directoryFetcher(store.dir), digest, [createPublicKey(signingKey)]);
    const present = await Promise.all(manifest.packs.map(async (pack) => await hasPack(store, pack)));
    return { digest, manifest, packable: present.every(Boolean) ? manifest : undefined };
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

type PackageScan = {
  readonly entries: readonly ScannedEntry[];
  readonly xattrs: ReadonlyMap<string, Xattrs>;
  /** Directories whose owner and mode the package states. */
  readonly isStated: (path: string) => boolean;
};

async function scanPackage(options: PublishOptions, settings: PackageSettings): Promise<PackageScan> {
  const { tree, kind, dropDeviceNodes = false } = options;
  const skip = new Set(kind === 'site' ? [SETTINGS_FILE] : []);
  const scanned = scanTree({ tree, dropDeviceNodes, skip });
  if (kind === 'image') {
    return { entries: scanned, xattrs: await xattrsBelow(tree), isStated: () => true };
  }
  const { entries, stated } = applySiteRules(scanned, settings);
  return { entries, xattrs: new Map(), isStated: (path) => stated.has(path) };
}

async function xattrsBelow(tree: string): Promise<Map<string, Xattrs>> {
  const root = realpathSync(tree);
  const absolute = await readTreeXattrs(runCommand, root);
  absolute.delete(root);
  return new Map([...absolute].map(([path, xattrs]) => [path.slice(root.length + 1), xattrs]));
}

function digestFiles(tree: string, entries: readonly ScannedEntry[]): Map<string, FileDigest> {
  const buffer = Buffer.alloc(PACK_RAW_BYTES);
  const digests = new Map<string, FileDigest>();
  for (const entry of entries) if (entry.type === 'file') digests.set(entry.path, digestFile(tree, entry, buffer));
  return digests;
}

function distinctContents(entries: readonly ScannedEntry[], digests: ReadonlyMap<string, FileDigest>): TreeContent[] {
  const contents = new Map<string, TreeContent>();
  for (const entry of entries) {
    const digest = entry.type === 'file' ? digests.get(entry.path)?.sha256 : undefined;
    if (entry.type !== 'file' || digest === undefined || entry.sizeBytes === 0 || contents.has(digest)) continue;
    contents.set(digest, { sha256: digest, sizeBytes: entry.sizeBytes, path: entry.path });
  }
  return [...contents.values()];
}
