// What each package would put at each path. In: layers, generated files, defines. Out: candidates. Never: I/O.
import { sha256 } from '../package/digest.ts';
import { pickMetadata } from '../package/manifest.ts';
import type { Chunk, FileEntry, Manifest, ManifestEntry } from '../package/manifest.ts';
import { isPackagePath, parentOf } from '../package/package-path.ts';
import { pathOnTarget } from '../package/preprocess.ts';
import type { Defines } from '../package/preprocess.ts';
import { TEMPLATE_SUFFIX } from '../package/template-suffix.ts';
import type {
  Content,
  PackSlice,
  PathClass,
  WantedDirectory,
  WantedFile,
  WantedSpecial,
  WantedSymlink,
} from '../tree/tree.ts';
import { UserError } from '../../lib/errors.ts';

/** One published package of a machine; priority 0 makes it the image. */
export type Layer = {
  readonly name: string;
  readonly priority: number;
  readonly manifest: Manifest;
  /** For a package that is a local directory: where, and where bytes of it are kept. */
  readonly tree?: { readonly root: string | undefined; readonly objects: string };
  /** Values of its own for its templates, instead of those of the merge. */
  readonly defines?: Defines;
};

/** A file that is rendered for one machine; its parents appear by themselves. Mode 0644 and root unless given. */
export type GeneratedFile = {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** Laid down once, then left alone. */
  readonly mutable?: boolean;
};

type Wanted = WantedFile | WantedDirectory | WantedSymlink | WantedSpecial;
type Body<Wanted> = Wanted extends unknown ? Omit<Wanted, 'path' | 'owner' | 'class'> : never;

/** What one package would put at one path. */
export type Candidate = {
  readonly path: string;
  readonly owner: string;
  readonly priority: number;
  readonly class: PathClass;
  readonly body: Body<Wanted>;
  /** The same with path, owner and class, if they stay as they are here: of nearly all paths, so it is made only once. */
  readonly entry: Wanted | undefined;
  /** False for a directory whose package says nothing of owner and mode. */
  readonly stated: boolean;
  /** Equal for names that were hard links of each other. */
  readonly linkGroup: string | undefined;
  readonly undefinedVariables: readonly string[];
  /** Of a template, what its name ends in where its package has it. */
  readonly suffix: string | undefined;
  /** Whether the package names this path in `overrides`. */
  readonly overrides: boolean;
  /** Whether it names this path in `replace`. */
  readonly replaces: boolean;
};

/** The layer of what stood on the target before any package; below all others. */
export const TARGET_OWNER = '@target';
const GENERATED_OWNER = '@generated';
export const GENERATED_PRIORITY = 100;
const IMPLIED_DIRECTORY = { type: 'directory', mode: 0o755, uid: 0, gid: 0 } as const;

const NONE: readonly string[] = [];

/** All paths of one package. */
export function layerCandidates(layer: Layer, given: Defines): Candidate[] {
  const { name, priority, manifest, defines = given } = layer;
  const files = new Map<string, FileEntry>();
  const linked = new Set<string>();
  for (const entry of manifest.entries) {
    if (entry.type === 'file') files.set(entry.path, entry);
    if (entry.type === 'hardlink') linked.add(entry.target);
  }
  const overrides = new Set(manifest.overrides);
  const replace = new Set(manifest.replace);
  const { suffix = TEMPLATE_SUFFIX } = manifest;
  return manifest.entries.map((entry): Candidate => {
    const source = resolveLink(entry, files);
    const template = source.type === 'file' ? source.template : undefined;
    const groupKey = entry.type === 'hardlink' ? entry.target : entry.path;
    const path = template === undefined ? entry.path : pathOnTarget(entry.path, suffix);
    const owned = { path, owner: name, class: priority === 0 ? 'image' : 'package' } as const;
    const wanted = entryOf(source, owned, { layer, defines });
    return {
      path,
      owner: name,
      priority,
      class: owned.class,
      body: wanted,
      entry: wanted,
      stated: !(source.type === 'directory' && source.implied === true),
      linkGroup: linked.has(groupKey) && template === undefined ? `${name}\0${groupKey}` : undefined,
      undefinedVariables:
        template === undefined ? NONE : template.inline.filter((variable) => !Object.hasOwn(defines, variable)),
      suffix: template === undefined ? undefined : suffix,
      overrides: overrides.has(path),
      replaces: replace.has(path),
    };
  });
}

/** The in-memory package `@generated`, with the directories that its files need. */
export function generatedCandidates(files: readonly GeneratedFile[]): Candidate[] {
  const parents = new Set<string>();
  const candidates = files.map((file): Candidate => {
    if (!isPackagePath(file.path)) throw new UserError(`generated file '${file.path}': not a path below the target`);
    for (let parent = parentOf(file.path); parent !== undefined; parent = parentOf(parent)) parents.add(parent);
    return generated(file.path, literalBody(file), true);
  });
  return [...candidates, ...[...parents].map((path) => generated(path, IMPLIED_DIRECTORY, false))];
}

function generated(path: string, body: Candidate['body'], stated: boolean): Candidate {
  return {
    path,
    owner: GENERATED_OWNER,
    priority: GENERATED_PRIORITY,
    class: 'generated',
    body,
    entry: undefined,
    stated,
    linkGroup: undefined,
    undefinedVariables: [],
    suffix: undefined,
    overrides: false,
    replaces: false,
  };
}

function resolveLink(
  entry: ManifestEntry,
  files: ReadonlyMap<string, FileEntry>,
): Exclude<ManifestEntry, { type: 'hardlink' }> {
  if (entry.type !== 'hardlink') return entry;
  const target = files.get(entry.target);
  if (target === undefined)
    throw new UserError(`hard link ${entry.path}: ${entry.target} is not a file of its package`);
  return target;
}

type Owned = Pick<Wanted, 'path' | 'owner' | 'class'>;

function entryOf(
  entry: Exclude<ManifestEntry, { type: 'hardlink' }>,
  owned: Owned,
  { layer, defines }: { readonly layer: Layer; readonly defines: Defines },
): Wanted {
  const { manifest, tree } = layer;
  if (entry.type === 'file' && isSimple(entry) && tree === undefined) return simpleFile(entry, owned, manifest);
  const metadata = pickMetadata(entry);
  if (entry.type === 'directory') return { type: 'directory', ...owned, ...metadata };
  const timed = tree === undefined ? {} : ({ timed: true } as const);
  if (entry.type === 'symlink') return { type: 'symlink', ...owned, ...metadata, ...timed, target: entry.target };
  if (entry.type === 'special') return { type: 'special', ...owned, ...metadata, node: entry.node };
  const slices = entry.chunks.map((chunk) => sliceOf(chunk, manifest));
  const source = { sha256: entry.sha256, sizeBytes: entry.sizeBytes, slices };
  const file = tree === undefined ? undefined : { ...tree, path: entry.path };
  if (entry.template === undefined) {
    const plain: Content =
      file === undefined
        ? { kind: 'packed', ...source }
        : { kind: 'tree', sha256: entry.sha256, sizeBytes: entry.sizeBytes, ...file };
    const sparse = entry.sparse === undefined ? {} : { sparse: entry.sparse };
    return { type: 'file', ...owned, ...metadata, ...timed, content: plain, sourceKey: entry.sha256, ...sparse };
  }
  const used = usedDefines([...entry.template.inline, ...entry.template.leading], defines);
  const content: Content = {
    kind: 'template',
    ...source,
    defines: used,
    ...(file === undefined ? {} : { tree: file }),
  };
  // A template's result is as new as the values in it: it keeps the time of its writing.
  const { mtimeSeconds: _seconds, mtimeNanoseconds: _nanoseconds, ...timeless } = metadata;
  return { type: 'file', ...owned, ...timeless, content, sourceKey: templateKey(entry.sha256, used) };
}

function isSimple(entry: FileEntry): boolean {
  if (entry.template !== undefined || entry.sparse !== undefined || entry.xattrs !== undefined) return false;
  return entry.user === undefined && entry.group === undefined;
}

// Nearly all of a hundred thousand: nothing is spread into it.
function simpleFile(entry: FileEntry, { path, owner, class: pathClass }: Owned, manifest: Manifest): WantedFile {
  const { mode, uid, gid, mtimeSeconds, mtimeNanoseconds, sha256: digest, sizeBytes } = entry;
  const slices = entry.chunks.map((chunk) => sliceOf(chunk, manifest));
  return {
    type: 'file',
    path,
    owner,
    class: pathClass,
    mode,
    uid,
    gid,
    mtimeSeconds,
    mtimeNanoseconds,
    content: { kind: 'packed', sha256: digest, sizeBytes, slices },
    sourceKey: digest,
  };
}

function sliceOf(chunk: Chunk, manifest: Manifest): PackSlice {
  const pack = manifest.packs[chunk.pack];
  if (pack === undefined) throw new UserError(`package ${manifest.name} has no pack ${chunk.pack}`);
  return { pack, offset: chunk.offset, length: chunk.length };
}

/** The variables of a template that are defined, with their values. */
export function usedDefines(names: readonly string[], defines: Defines): Defines {
  const defined = [...new Set(names)].filter((name) => Object.hasOwn(defines, name)).toSorted();
  return Object.fromEntries(defined.map((name) => [name, defines[name] ?? '']));
}

/** Equal for templates that come to equal bytes: of equal source, and with equal values. */
export function templateKey(digest: string, used: Defines): string {
  return sha256(JSON.stringify([digest, Object.entries(used)]));
}

function literalBody(file: GeneratedFile): Candidate['body'] {
  const digest = sha256(file.bytes);
  return {
    type: 'file',
    mode: file.mode ?? 0o644,
    uid: file.uid ?? 0,
    gid: file.gid ?? 0,
    content: { kind: 'literal', sha256: digest, sizeBytes: file.bytes.length, bytes: file.bytes },
    sourceKey: digest,
  };
}
