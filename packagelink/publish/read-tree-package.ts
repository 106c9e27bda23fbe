// A site package straight from its directory, without a store. In: a tree. Out: its manifest, and the bytes of its
// files. Never: writes; the manifest names no packs, so that nothing can be laid down from it.
import { parseEdge } from '../../lib/parse-edge.ts';
import { buildManifest } from './build-manifest.ts';
import { PACK_RAW_BYTES, packageNameSchema } from '../package/manifest.ts';
import type { Manifest } from '../package/manifest.ts';
import { readPackageSettings } from '../package/package-settings.ts';
import { digestFile, readFilePieces } from './read-contents.ts';
import type { FileDigest } from './read-contents.ts';
import type { ScannedEntry, ScannedFile } from './scan.ts';
import { scanWithSettings } from './scan-with-settings.ts';
import { applySiteRules } from './site-rules.ts';

export type TreePackage = {
  readonly manifest: Manifest;
  /** The bytes of a file by their SHA-256. @throws UserError when the tree has changed meanwhile */
  readonly read: (sha256: string) => Uint8Array;
};

/**
 * What publishing the tree would say of it.
 * @throws FaultsError or UserError for whatever publishing refuses
 */
export async function readTreePackage(name: string, tree: string): Promise<TreePackage> {
  parseEdge(packageNameSchema, name, `package '${name}'`);
  const settings = await readPackageSettings(tree);
  const scanned = scanWithSettings({ tree, settings, withXattrs: settings.keepXattrs });
  const { entries, stated } = applySiteRules(scanned.entries, settings);
  const digests = new Map<string, FileDigest>();
  const files = new Map<string, ScannedFile>();
  const buffer = Buffer.alloc(Math.min(PACK_RAW_BYTES, largestOf(entries) + 1));
  for (const entry of entries) {
    if (entry.type !== 'file') continue;
    const digest = digestFile(tree, entry, buffer);
    digests.set(entry.path, digest);
    files.set(digest.sha256, entry);
  }
  const manifest = buildManifest({
    name,
    kind: 'site',
    settings,
    entries,
    isStated: (path) => stated.has(path),
    digests,
    slices: new Map([...files.keys()].map((sha256) => [sha256, []])),
    previous: undefined,
  });
  return { manifest, read: (sha256) => readWhole(tree, files.get(sha256), sha256) };
}

function largestOf(entries: readonly ScannedEntry[]): number {
  return entries.reduce((most, entry) => (entry.type === 'file' ? Math.max(most, entry.sizeBytes) : most), 0);
}

function readWhole(tree: string, file: ScannedFile | undefined, sha256: string): Uint8Array {
  if (file === undefined) throw new Error(`${tree} has no file of content ${sha256}`);
  const parts: Uint8Array[] = [];
  const buffer = Buffer.alloc(Math.min(PACK_RAW_BYTES, file.sizeBytes + 1));
  for (const bytes of readFilePieces(tree, file, buffer)) parts.push(Uint8Array.from(bytes));
  return Buffer.concat(parts);
}
