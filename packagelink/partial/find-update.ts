// An update that can be told by what has changed: a package has other bytes in files that are its own alone. In: what the
// last run left, the site's deltas, the rows of those files. Out: a tree of them for a partial run, when every other path
// has been compared. Never: guesses: whatever could come to more than these files is left to a run that reads everything.
import { canonicalJson } from '../package/canonical-json.ts';
import { sha256 } from '../package/digest.ts';
import { isFatRow } from '../tree/fat-stat.ts';
import { fetchBytes } from '../contents/fetch.ts';
import type { Fetcher } from '../contents/fetch.ts';
import { isAsLeft, owesCommands } from '../compare/is-settled.ts';
import type { Comparing } from '../compare/is-settled.ts';
import { pickMetadata } from '../package/manifest.ts';
import type { FileEntry, Manifest, ManifestEntry } from '../package/manifest.ts';
import type { ManifestCache, ManifestRef } from '../manifests/manifest-cache.ts';
import type { ManifestDelta } from '../manifests/manifest-delta.ts';
import { readMountPoints } from '../filesystem/mount-points.ts';
import { comparePaths, parentOf } from '../package/package-path.ts';
import { readLastSettled } from '../state/settled.ts';
import type { Settled, SettledBase } from '../state/settled.ts';
import { readStateOf } from '../state/state.ts';
import type { InstalledPath } from '../tree/installed-path.ts';
import type { MergedTree, TreeEntry, WantedDirectory, WantedFile } from '../tree/tree.ts';

/** What `applyPartial` needs for it, with `isUpdate`. */
export type Update = {
  readonly tree: MergedTree;
  readonly base: SettledBase;
  /** Has the packs that were fetched while rows were compared. */
  readonly fetcher: Fetcher;
};

type Wanted = {
  /** Of all that decides the machine's files but its manifests, as the last run's base has it. */
  readonly frame: string;
  readonly manifests: readonly ManifestRef[];
  readonly cache: Pick<ManifestCache, 'readChange'>;
  readonly fetcher: Fetcher;
};

/** Names of owners become numbers by these. */
const ACCOUNTS = new Set(['etc/passwd', 'etc/group']);
/** Fetched ahead, at most. */
const AHEAD_PACKS = 8;

/** What a run that has read all of it leaves for the next one. */
export function settledBase(
  frame: string,
  layers: readonly (ManifestRef & { readonly manifest: Manifest })[],
  { sharedPaths }: MergedTree,
): SettledBase {
  const packages = layers.map(({ name, digest, manifest }) => ({ name, digest, header: headerOf(manifest) }));
  return { frame, packages, intricate: [...sharedPaths] };
}

function headerOf(about: Omit<Manifest, 'packs' | 'entries'>): string {
  const { packs: _packs, entries: _entries, rawBytes: _rawBytes, ...header } = about as Manifest;
  return sha256(canonicalJson(header));
}

/**
 * The update, if all that differs from what the last run settled is the content, mode, numeric owner or time of plain
 * files, and no path has been touched since. Undefined is no verdict.
 * @throws UserError when the state database or the target cannot be read
 */
export async function findUpdate(
  comparing: Comparing,
  wanted: Wanted,
  mountPoints: typeof readMountPoints = readMountPoints,
): Promise<Update | undefined> {
  const { stateFile } = comparing;
  if (owesCommands(stateFile)) return undefined;
  const settled = readLastSettled(stateFile);
  const base = settled?.base;
  if (settled === undefined || base === undefined || base.frame !== wanted.frame) return undefined;
  const moves = pairManifests(base, wanted.manifests);
  if (moves === undefined) return undefined;
  const changes: Change[] = [];
  for (const { ref, from, header } of moves) {
    if (ref.digest === from) continue;
    const delta = await wanted.cache.readChange(ref, from);
    if (delta === undefined || headerOf(delta.header) !== header) return undefined;
    const files = plainFiles(delta);
    if (files === undefined) return undefined;
    changes.push({ owner: ref.name, delta, files });
  }
  const tree = treeOf(changes, { comparing, settled, base, mountPoints });
  if (tree === undefined) return undefined;
  const ahead = await fetchAhead(tree, wanted.fetcher);
  if (!isAsLeft(comparing)) return undefined;
  const packages = moves.map(({ ref, header }) => ({ ...ref, header }));
  return {
    tree,
    base: { ...base, packages },
    fetcher: async (path) => (await ahead.get(path)) ?? wanted.fetcher(path),
  };
}

type Change = { readonly owner: string; readonly delta: ManifestDelta; readonly files: readonly FileEntry[] };
type Move = { readonly ref: ManifestRef; readonly from: string; readonly header: string };

/** Each package with its manifest then; undefined where they are not the same packages. */
function pairManifests({ packages }: SettledBase, manifests: readonly ManifestRef[]): Move[] | undefined {
  if (packages.length !== manifests.length) return undefined;
  const before = new Map(packages.map((one) => [one.name, one]));
  const moves = manifests.flatMap((ref): Move[] => {
    const then = before.get(ref.name);
    return then === undefined ? [] : [{ ref, from: then.digest, header: then.header }];
  });
  return moves.length === manifests.length ? moves : undefined;
}

/** What has changed, if that is files with nothing but bytes, mode, numeric owner and time. */
function plainFiles({ removed, added, changed }: ManifestDelta): FileEntry[] | undefined {
  if (removed.length + added.length > 0) return undefined;
  const files = changed.filter(isPlain);
  return files.length === changed.length ? files : undefined;
}

function isPlain(entry: ManifestEntry): entry is FileEntry {
  if (entry.type !== 'file' || entry.template !== undefined || entry.sparse !== undefined) return false;
  return entry.xattrs === undefined && entry.user === undefined && entry.group === undefined;
}

type About = {
  readonly comparing: Comparing;
  readonly settled: Settled;
  readonly base: SettledBase;
  readonly mountPoints: typeof readMountPoints;
};

/** The changed files and the directories above them; undefined where one of them is more than a plain file of its package. */
function treeOf(changes: readonly Change[], { comparing, settled, base, mountPoints }: About): MergedTree | undefined {
  const paths = changes.flatMap(({ files }) => files.map(({ path }) => path));
  const parents = new Set<string>();
  for (const path of paths)
    for (let at = parentOf(path); at !== undefined && !parents.has(at); at = parentOf(at)) parents.add(at);
  const { installed } = readStateOf(comparing.stateFile, [...paths, ...parents]);
  const sharedPaths = new Set(base.intricate);
  const isMounted = mountFinder(comparing, mountPoints);
  const entries: TreeEntry[] = [];
  for (const { owner, delta, files } of changes) {
    for (const entry of files) {
      const row = installed.get(entry.path);
      const isOwn = row?.owner === owner && isPlainRow(row, comparing.osmode);
      if (!isOwn || sharedPaths.has(entry.path) || ACCOUNTS.has(entry.path) || isMounted(entry.path)) return undefined;
      entries.push(asWanted(entry, delta, row));
    }
  }
  for (const path of parents) {
    const row = installed.get(path);
    if (row?.type !== 'directory') return undefined;
    entries.push(asDirectory(row));
  }
  const rawBytes = entries.reduce((sum, entry) => sum + (entry.type === 'file' ? entry.content.sizeBytes : 0), 0);
  return { entries: entries.toSorted(comparePaths), images: [], rawBytes, notices: settled.notices, sharedPaths: [] };
}

function isPlainRow(row: InstalledPath, osmode: Comparing['osmode']): boolean {
  const isOurs = row.class === 'package' || (row.class === 'image' && osmode !== 'packages');
  const isPlainFile = row.type === 'file' && row.source === row.sha256 && row.xattrs === '';
  return isOurs && isPlainFile && !row.leftAlone && !isFatRow(row);
}

function mountFinder({ target, mounts }: Comparing, mountPoints: typeof readMountPoints): (path: string) => boolean {
  const points = [...mountPoints(target, mounts)];
  return (path) => points.some((point) => path === point || path.startsWith(`${point}/`));
}

function asWanted(entry: FileEntry, { packs }: ManifestDelta, row: InstalledPath): WantedFile {
  const { path, sha256: digest, sizeBytes, chunks } = entry;
  const slices = chunks.flatMap(({ pack, offset, length }) => {
    const found = packs[pack];
    return found === undefined ? [] : [{ pack: found, offset, length }];
  });
  const content = { kind: 'packed', sha256: digest, sizeBytes, slices } as const;
  const owned = { path, owner: row.owner, class: row.class };
  return { type: 'file', ...owned, ...pickMetadata(entry), content, sourceKey: digest };
}

function asDirectory({
  path,
  owner,
  class: pathClass,
  mode,
  uid,
  gid,
  xattrs,
  leftAlone,
}: InstalledPath): WantedDirectory {
  return {
    type: 'directory',
    path,
    owner,
    class: pathClass,
    ...(leftAlone && pathClass !== 'mutable' ? { pinned: true } : {}),
    mode,
    uid,
    gid,
    ...(xattrs === '' ? {} : { xattrs: Object.fromEntries(JSON.parse(xattrs) as [string, string][]) }),
  };
}

/** The first packs of an update. */
async function fetchAhead(
  tree: MergedTree,
  fetcher: Fetcher,
): Promise<Map<string, Promise<Uint8Array<ArrayBuffer> | undefined>>> {
  const packs = new Set<`packs/${string}`>();
  for (const entry of tree.entries) {
    if (entry.type !== 'file' || entry.content.kind !== 'packed') continue;
    for (const { pack } of entry.content.slices) packs.add(`packs/${pack.sha256}`);
  }
  const ahead = new Map<string, Promise<Uint8Array<ArrayBuffer> | undefined>>();
  for (const path of [...packs].slice(0, AHEAD_PACKS))
    // What could not be fetched ahead is fetched again by who needs it, and its error is said there.
    ahead.set(
      path,
      fetchBytes(fetcher, path).catch(() => undefined),
    );
  await Promise.all(ahead.values());
  return ahead;
}
