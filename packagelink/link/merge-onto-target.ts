// Packages and target as one tree. In: what is linked, what stands on the target. Out: a merged tree that knows of both.
// Never: writes.
import { existsSync } from 'node:fs';
import type { Layer } from '../merge/candidates.ts';
import { directoryFetcher } from '../contents/fetch.ts';
import type { Fetcher } from '../contents/fetch.ts';
import { findOriginals } from './find-originals.ts';
import { findTaken } from './find-taken.ts';
import { objectsDirectory } from '../contents/kept-objects.ts';
import { readLinkState } from '../state/linked-packages.ts';
import type { LinkState, LinkedPackage, Original } from '../state/linked-packages.ts';
import { mergeTree } from '../merge/merge.ts';
import type { MergeInput } from '../merge/merge.ts';
import { readMountPoints } from '../filesystem/mount-points.ts';
import { readState } from '../state/state.ts';
import type { State } from '../state/state.ts';
import { targetLayer } from './target-layer.ts';
import type { MergedTree } from '../tree/tree.ts';

const NOTHING: LinkState = { packages: [], originals: [], directories: 'merge' };
const EMPTY: State = { installed: new Map(), intents: new Map() };

/** What is linked onto a target; nothing where there is no state database yet. */
export function readLinks(stateFile: string): LinkState {
  return existsSync(stateFile) ? readLinkState(stateFile) : NOTHING;
}

/** A linked package as a layer of a merge. */
function linkedLayer({ name, priority, kind, source, defines, manifest }: LinkedPackage, objects: string): Layer {
  return { name, priority, manifest, defines, ...(kind === 'tree' ? { tree: { root: source, objects } } : {}) };
}

/** Reads packs of several stores, each of which may have them. */
export function storesFetcher(packages: readonly LinkedPackage[]): Fetcher {
  const stores = [...new Set(packages.filter(({ kind }) => kind === 'store').map(({ source }) => source))];
  return async (path) => {
    const [first, ...others] = stores;
    if (first === undefined) throw new Error(`no package of a store is linked, but ${path} is wanted`);
    for (const store of [first, ...others])
      if (existsSync(`${store}/${path}`)) return await directoryFetcher(store)(path);
    return await directoryFetcher(first)(path);
  };
}

/** What is linked, for a question about single paths. */
export type LinkedInput = MergeInput & { readonly fetcher: Fetcher };

/** Packages and what stood on the target before them, as they were when they were linked last. */
export function readLinkedInput(stateFile: string): LinkedInput {
  const { packages, originals, directories } = readLinks(stateFile);
  const objects = objectsDirectory(stateFile);
  const layers = [...packages.map((one) => linkedLayer(one, objects)), targetLayer(originals, objects)];
  return { layers, defines: {}, directories, fetcher: storesFetcher(packages) };
}

/** A tree of packages and target, and what stands in its way. */
export type Merged = {
  readonly tree: MergedTree;
  readonly originals: readonly Original[];
  /** Those of them that were found now. */
  readonly found: readonly Original[];
  /** Paths of which the database knows something, and which are the target's own: see find-taken.ts. */
  readonly free: ReadonlySet<string>;
};

type Merging = {
  readonly root: string;
  readonly stateFile: string;
  readonly before: Pick<LinkState, 'originals'>;
  readonly change: Pick<LinkState, 'packages' | 'directories'>;
  readonly mounts: readonly string[];
};

/**
 * Merges what is linked with what stands on the target; that can move what a package follows, so that other paths have
 * to be looked at, and so on.
 * @throws FaultsError when it does not fit together
 */
export async function mergeOntoTarget({ root, stateFile, before, change, mounts }: Merging): Promise<Merged> {
  const objects = objectsDirectory(stateFile);
  const state = existsSync(stateFile) ? readState(stateFile) : EMPTY;
  const taken = findTaken({ root, state, originals: before.originals });
  const layers = change.packages.map((one) => linkedLayer(one, objects));
  const originals = new Map(taken.originals.map((original) => [original.path, original]));
  const found = new Map<string, Original>();
  const mountPoints = readMountPoints(root, mounts);
  for (;;) {
    const all = [...layers, targetLayer([...originals.values()], objects)];
    const tree = mergeTree({ layers: all, defines: {}, directories: change.directories });
    const isKnown = (path: string) => taken.rows.has(path) || found.has(path);
    const more = findOriginals({ root, tree, isKnown, mountPoints });
    if (more.length === 0)
      return { tree, originals: [...originals.values()], found: [...found.values()], free: taken.free };
    for (const original of more) {
      originals.set(original.path, original);
      found.set(original.path, original);
    }
  }
}
