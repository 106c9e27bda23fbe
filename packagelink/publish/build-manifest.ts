// A scan → the manifest's JSON. In: entries, digests, where their bytes lie. Out: a Manifest. Never: I/O.
import { pickMetadata } from '../package/manifest.ts';
import type { Chunk, Manifest, ManifestEntry, Metadata, Pack, TemplateVariables } from '../package/manifest.ts';
import type { PackageSettings } from '../package/package-settings.ts';
import { TEMPLATE_SUFFIX } from '../package/template-suffix.ts';
import type { FileDigest } from './read-contents.ts';
import type { ScannedEntry, ScannedFile } from './scan.ts';
import type { PackSlice } from '../tree/tree.ts';

/** What a manifest says of contents. */
export type Contents = {
  readonly digests: ReadonlyMap<string, FileDigest>;
  /** SHA-256 of a content → where its bytes lie; undefined for a manifest that does not say. */
  readonly slices: ReadonlyMap<string, readonly PackSlice[]> | undefined;
  readonly previous: Manifest | undefined;
};

type ManifestParts = Contents & {
  readonly name: string;
  /** Whether files that the last generation had keep its times. */
  readonly keepsTimes: boolean;
  readonly settings: PackageSettings;
  readonly entries: readonly ScannedEntry[];
  /** Whether the package says owner and mode of a directory; where it does not, they are implied. */
  readonly isStated: (path: string) => boolean;
};

/** The manifest of a scanned tree. The same tree always gives the same manifest, whenever its files were checked out. */
export function buildManifest(parts: ManifestParts): Manifest {
  const packs: Pack[] = [];
  const indexes = new Map<string, number>();
  const indexOf = (pack: Pack) => {
    const known = indexes.get(pack.sha256);
    if (known !== undefined) return known;
    indexes.set(pack.sha256, packs.length);
    return packs.push(pack) - 1;
  };
  const asChunk = ({ pack, offset, length }: PackSlice): Chunk => ({ pack: indexOf(pack), offset, length });
  const before = new Map(parts.keepsTimes ? parts.previous?.entries.map((entry) => [entry.path, entry]) : []);
  const entries = parts.entries.map((entry): ManifestEntry => {
    const built = buildEntry(entry, parts, asChunk);
    return keepTime(built, before.get(entry.path));
  });
  const rawBytes = entries.reduce((sum, entry) => sum + (entry.type === 'file' ? entry.sizeBytes : 0), 0);
  const { priority, mutable, overrides, pin, after } = parts.settings;
  const stated = { pin, ...(after.length === 0 ? {} : { after }), ...typeRulesOf(parts.settings) };
  return { version: 1, name: parts.name, priority, mutable, overrides, ...stated, packs, rawBytes, entries };
}

// Nothing where nothing is unusual, so that most manifests do not know these rules.
function typeRulesOf({
  replace,
  follow,
  directories,
  suffix,
}: PackageSettings): Pick<Manifest, 'replace' | 'follow' | 'directories' | 'suffix'> {
  return {
    ...(replace.length === 0 ? {} : { replace }),
    ...(follow.length === 0 ? {} : { follow }),
    ...(directories === 'merge' ? {} : { directories }),
    ...(suffix === TEMPLATE_SUFFIX ? {} : { suffix }),
  };
}

function buildEntry(entry: ScannedEntry, parts: ManifestParts, asChunk: (slice: PackSlice) => Chunk): ManifestEntry {
  const { path } = entry;
  const metadata = { path, ...pickMetadata(entry) };
  if (entry.type === 'hardlink') return { type: 'hardlink', path, target: entry.target };
  if (entry.type === 'symlink') return { type: 'symlink', ...metadata, target: entry.target };
  if (entry.type === 'special') return { type: 'special', ...metadata, node: entry.node };
  if (entry.type === 'file') return buildFile(entry, metadata, parts, asChunk);
  return { type: 'directory', ...metadata, ...(parts.isStated(path) ? {} : { implied: true }) };
}

function buildFile(
  { path, sizeBytes, sparse }: ScannedFile,
  metadata: Metadata & { path: string },
  parts: ManifestParts,
  asChunk: (slice: PackSlice) => Chunk,
): ManifestEntry {
  const digest = parts.digests.get(path);
  const slices =
    digest === undefined || sizeBytes === 0 || parts.slices === undefined ? [] : parts.slices.get(digest.sha256);
  if (digest === undefined || slices === undefined) throw new Error(`${path} was not packed`);
  return {
    type: 'file',
    ...metadata,
    sizeBytes,
    sha256: digest.sha256,
    chunks: slices.map(asChunk),
    ...(sparse === undefined ? {} : { sparse }),
    ...templateOf(digest),
  };
}

function templateOf({ template }: FileDigest): { template?: TemplateVariables } {
  return template === undefined ? {} : { template };
}

// A checkout gives every file a new time; what the last generation already had keeps the one it was first seen with.
function keepTime(entry: ManifestEntry, before: ManifestEntry | undefined): ManifestEntry {
  if (entry.type === 'hardlink' || before === undefined || before.type === 'hardlink') return entry;
  if (entry.type !== before.type) return entry;
  const isSame = contentOf(entry) === contentOf(before);
  const { mtimeSeconds, mtimeNanoseconds } = before;
  return isSame ? { ...entry, mtimeSeconds, mtimeNanoseconds } : entry;
}

function contentOf(entry: ManifestEntry): string | undefined {
  if (entry.type === 'file') return entry.sha256;
  if (entry.type === 'special') return entry.node;
  return entry.type === 'symlink' ? entry.target : undefined;
}
