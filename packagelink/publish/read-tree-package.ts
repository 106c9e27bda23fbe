// A package straight from its directory, without a store. In: a tree. Out: its manifest, and the bytes of its files.
// Never: writes; the manifest names no packs, so that no store can lay anything down from it.
import { FaultsError, UserError } from '../../lib/errors.ts';
import { parseEdge } from '../../lib/parse-edge.ts';
import { sha256 } from '../package/digest.ts';
import { PACK_RAW_BYTES, packageNameSchema } from '../package/manifest.ts';
import type { Manifest } from '../package/manifest.ts';
import { digestFile, readFilePieces } from './read-contents.ts';
import type { FileDigest } from './read-contents.ts';
import type { ScannedFile } from './scan.ts';
import { scanPackage } from './scan-package.ts';
import { TreeChangedError } from './tree-changed.ts';
import type { PackageTree } from './scan-package.ts';

const MOST_TRIES = 20;

export type TreePackage = {
  readonly manifest: Manifest;
  /** Paths that were there when the scan began, and are not in the manifest. */
  readonly vanished: readonly string[];
  /** The bytes of a file by their SHA-256. @throws UserError when the tree has changed meanwhile */
  readonly read: (sha256: string) => Uint8Array;
};

/**
 * What publishing the tree would say of it.
 * @throws FaultsError or UserError for whatever publishing refuses; UserError when a file changes meanwhile
 */
export async function readTreePackage(about: PackageTree): Promise<TreePackage> {
  parseEdge(packageNameSchema, about.name, `package '${about.name}'`);
  const vanished = new Set<string>();
  // What has vanished after it was listed can be the first name of a file that has others: all is listed again.
  for (let tries = MOST_TRIES; ; tries -= 1) {
    try {
      const read = await readOnce(about, (path) => vanished.add(path));
      const there = new Set(read.manifest.entries.map(({ path }) => path));
      return { ...read, vanished: [...vanished].filter((path) => !there.has(path)).toSorted() };
    } catch (error) {
      if (!(error instanceof TreeChangedError)) throw error;
      if (!error.isGone || error.path === '' || tries === 0) throw unread(about.tree, error);
      vanished.add(error.path);
    }
  }
}

function unread(tree: string, { path, isGone }: TreeChangedError): UserError {
  return new UserError(
    `reading ${tree}: ${path === '' ? 'it' : path} ${isGone ? 'vanished' : 'changed'} while it was read`,
    {
      hint: 'try again when nothing writes to the tree',
    },
  );
}

async function readOnce(
  about: PackageTree,
  onVanished: (path: string) => void,
): Promise<Omit<TreePackage, 'vanished'>> {
  const { tree } = about;
  const { entries, manifestOf } = await scanPackage({ ...about, onVanished });
  const files = entries.filter((entry) => entry.type === 'file');
  const digests = digestAll(tree, files);
  const manifest = manifestOf({ digests, slices: undefined, previous: undefined });
  const byDigest = new Map(files.map((file) => [digests.get(file.path)?.sha256, file]));
  return { manifest, read: (sha256) => readWhole(tree, byDigest.get(sha256), sha256) };
}

function digestAll(tree: string, files: readonly ScannedFile[]): Map<string, FileDigest> {
  const buffer = Buffer.alloc(Math.min(PACK_RAW_BYTES, largestOf(files) + 1));
  try {
    return new Map(files.map((file) => [file.path, digestFile(tree, file, buffer)]));
  } catch (error) {
    if (error instanceof UserError && !(error instanceof FaultsError)) throw error;
    throw new UserError(`scanning ${tree} failed`, { cause: error });
  }
}

function largestOf(files: readonly ScannedFile[]): number {
  return files.reduce((most, { sizeBytes }) => Math.max(most, sizeBytes), 0);
}

function readWhole(tree: string, file: ScannedFile | undefined, sha256: string): Uint8Array {
  if (file === undefined) throw new Error(`${tree} has no file of content ${sha256}`);
  const parts: Uint8Array[] = [];
  const buffer = Buffer.alloc(Math.min(PACK_RAW_BYTES, file.sizeBytes + 1));
  for (const bytes of readFilePieces(tree, file, buffer)) parts.push(Uint8Array.from(bytes));
  return Buffer.concat(parts);
}

/**
 * The manifest of a tree of which only templates are read: it says which paths there are and which variables they use,
 * and nothing of other contents.
 * @throws FaultsError or UserError for what publishing refuses of paths, settings and templates
 */
export async function readTreeTemplates(about: PackageTree): Promise<Manifest> {
  const { name, tree } = about;
  parseEdge(packageNameSchema, name, `package '${name}'`);
  const { entries, manifestOf } = await scanPackage(about);
  const files = entries.filter((entry) => entry.type === 'file');
  const templates = files.filter(({ becomes }) => becomes !== undefined);
  const digests = new Map<string, FileDigest>(files.map(({ path }) => [path, { sha256: sha256('') }]));
  for (const [path, digest] of digestAll(tree, templates)) digests.set(path, digest);
  return manifestOf({ digests, slices: undefined, previous: undefined });
}
