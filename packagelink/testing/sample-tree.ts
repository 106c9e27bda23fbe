// Small manifests and trees for tests. In: paths and texts. Out: entries. Never: shipped; only tests import it.
import { sha256 } from '../package/digest.ts';
import type { Manifest, ManifestEntry, Pack } from '../package/manifest.ts';
import { comparePaths } from '../package/package-path.ts';
import { findTemplateVariables, pathOnTarget } from '../package/preprocess.ts';

const metadata = { mode: 0o644, uid: 0, gid: 0, mtimeSeconds: 1_700_000_000, mtimeNanoseconds: 5 };

type DirectoryOptions = { readonly mode?: number; readonly uid?: number; readonly implied?: true };

export function directoryEntry(path: string, options: DirectoryOptions = {}): ManifestEntry {
  return { type: 'directory', path, ...metadata, mode: 0o755, ...options };
}

export function symlinkEntry(path: string, target: string): ManifestEntry {
  return { type: 'symlink', path, ...metadata, mode: 0o777, target };
}

export function specialEntry(path: string, node: string): ManifestEntry {
  return { type: 'special', path, ...metadata, mode: 0o600, node };
}

type FileOptions = {
  readonly mode?: number;
  readonly uid?: number;
  readonly user?: string;
  readonly group?: string;
  readonly mtimeSeconds?: number;
};

/** A file whose bytes lie in a pack of their own; a template when its name says so. */
export function fileEntry(
  path: string,
  text: string,
  options: FileOptions = {},
): Extract<ManifestEntry, { type: 'file' }> {
  const bytes = Buffer.from(text);
  const template = pathOnTarget(path) === path ? {} : { template: findTemplateVariables(bytes) };
  const content = {
    sizeBytes: bytes.length,
    sha256: sha256(bytes),
    chunks: [{ pack: 0, offset: 0, length: bytes.length }],
  };
  return { type: 'file', path, ...metadata, ...options, ...content, ...template };
}

type ManifestOptions = {
  readonly name?: string;
  readonly mutable?: string[];
  readonly overrides?: string[];
  readonly pin?: string[];
};

/** A manifest of these entries in the given order, with one imaginary pack. */
export function manifestOf(
  entries: ManifestEntry[],
  { name = 'sample', mutable = [], overrides = [], pin = [] }: ManifestOptions = {},
): Manifest {
  const sizes = entries.map((entry) => (entry.type === 'file' ? entry.sizeBytes : 0));
  const pack: Pack = { sha256: sha256(name), sizeBytes: 10, rawBytes: Math.max(0, ...sizes) };
  const rawBytes = sizes.reduce((sum, size) => sum + size, 0);
  return { version: 1, name, priority: 50, mutable, overrides, pin, packs: [pack], rawBytes, entries };
}

/** The same, sorted and with its parent directories. */
export function packageOf(entries: ManifestEntry[], options: ManifestOptions = {}): Manifest {
  const paths = new Set(entries.map((entry) => entry.path));
  const parents = new Set<string>();
  for (const path of paths) {
    for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1))
      parents.add(path.slice(0, slash));
  }
  const implied = [...parents]
    .filter((path) => !paths.has(path))
    .map((path) => directoryEntry(path, { implied: true }));
  return manifestOf([...entries, ...implied].toSorted(comparePaths), options);
}
