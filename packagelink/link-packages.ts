// Brings a target to the union of its packages, wherever they lie. In: the packages that are to be linked from now on.
// Out: the target, its state database, and what was overridden kept beside it. Never: touches what no package has, but
// to keep it and put a package's path in its place; forgets what was there before it is back.
import { existsSync, mkdirSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import type { RunCommand } from '../lib/run-command.ts';
import { applyPartial } from './apply-partial.ts';
import type { PartialResult } from './apply-partial.ts';
import { TARGET_OWNER } from './candidates.ts';
import type { Layer } from './candidates.ts';
import { chooseLinks } from './choose-links.ts';
import { directoryFetcher } from './fetch.ts';
import type { Fetcher } from './fetch.ts';
import { withLock } from './file-lock.ts';
import { findOriginals } from './find-originals.ts';
import { adoptHidden, keepOriginals, keepOverridden, overriddenContents } from './keep-overridden.ts';
import { objectsDirectory, trimObjects } from './kept-objects.ts';
import { readLinkState, updateLinkState } from './linked-packages.ts';
import type { LinkState, LinkedPackage, Original } from './linked-packages.ts';
import { mergeTree } from './merge.ts';
import { readMountPoints } from './mount-points.ts';
import { knownPaths } from './settle-intents.ts';
import { readState } from './state.ts';
import type { State } from './state.ts';
import { targetLayer } from './target-layer.ts';
import type { MergedTree } from './tree.ts';

export type LinkOptions = {
  readonly target: string;
  readonly stateFile: string;
  /** From what is linked now to what is to be; called with the lock held. */
  readonly change: (state: LinkState) => Promise<LinkChange>;
  readonly dryRun: boolean;
  readonly massDelete: (owner: string) => boolean;
  /** Mount points below the target that belong to it, as package paths. */
  readonly mounts: readonly string[];
  readonly run: RunCommand;
};

/** What is linked from now on: all of it, those that are new or different, and the names that go. */
export type LinkChange = {
  readonly packages: readonly LinkedPackage[];
  readonly linked: readonly LinkedPackage[];
  readonly unlinked: readonly string[];
  readonly directories: LinkState['directories'];
};

const LOCK_TIMEOUT_MS = 60_000;
const NOTHING: LinkState = { packages: [], originals: [], directories: 'merge' };
const EMPTY: State = { installed: new Map(), intents: new Map() };

/**
 * Merges everything that is linked again and puts the target right. Errors of single paths are collected; a package
 * counts as unlinked only when there were none.
 * @throws FaultsError when the packages do not fit together or onto the target; nothing is then changed
 */
export async function linkPackages(options: LinkOptions): Promise<PartialResult> {
  if (options.dryRun) return await linkLocked(options);
  mkdirSync(dirname(options.stateFile), { recursive: true, mode: 0o700 });
  const lock = `${options.stateFile}.packages.lock`;
  return await withLock(lock, async () => await linkLocked(options), LOCK_TIMEOUT_MS);
}

async function linkLocked(options: LinkOptions): Promise<PartialResult> {
  const { stateFile, dryRun, mounts, massDelete, run } = options;
  const root = realpathSync(options.target);
  const before = readLinks(stateFile);
  const change = await options.change(before);
  const merged = await mergeOntoTarget({ root, stateFile, before, change, mounts, run });
  const notices = dryRun ? [] : recordLinks({ root, stateFile, before, change, merged });
  const modes = new Map(change.packages.map(({ name, mode }) => [name, mode]));
  const tree = chooseLinks({ root, tree: merged.tree, modeOf: (owner) => modes.get(owner) ?? 'copy' });
  const result = await applyPartial({
    target: root,
    tree,
    stateFile,
    dryRun,
    mounts,
    run,
    fetcher: storesFetcher(change.packages),
    restoresForeign: false,
    massDelete: (owner) => owner === TARGET_OWNER || massDelete(owner),
  });
  if (!dryRun && result.errors.length === 0) release({ stateFile, change, merged });
  return { ...result, notices: [...notices, ...result.notices] };
}

/** What is linked onto a target; nothing where there is no state database yet. */
export function readLinks(stateFile: string): LinkState {
  return existsSync(stateFile) ? readLinkState(stateFile) : NOTHING;
}

/** A linked package as a layer of a merge. */
export function linkedLayer({ name, priority, kind, source, defines, manifest }: LinkedPackage, objects: string): Layer {
  return { name, priority, manifest, defines, ...(kind === 'tree' ? { tree: { root: source, objects } } : {}) };
}

/** Reads packs of several stores, each of which may have them. */
export function storesFetcher(packages: readonly LinkedPackage[]): Fetcher {
  const stores = [...new Set(packages.filter(({ kind }) => kind === 'store').map(({ source }) => source))];
  return async (path) => {
    const [first, ...others] = stores;
    if (first === undefined) throw new Error(`no package of a store is linked, but ${path} is wanted`);
    for (const store of [first, ...others]) if (existsSync(`${store}/${path}`)) return await directoryFetcher(store)(path);
    return await directoryFetcher(first)(path);
  };
}

type Merged = {
  readonly tree: MergedTree;
  readonly layers: readonly Layer[];
  readonly originals: readonly Original[];
  /** Those of them that were found now. */
  readonly found: readonly Original[];
};

type Merging = {
  readonly root: string;
  readonly stateFile: string;
  readonly before: LinkState;
  readonly change: LinkChange;
  readonly mounts: readonly string[];
  readonly run: RunCommand;
};

// What stands on the target can move what a package follows, so that other paths have to be looked at.
async function mergeOntoTarget({ root, stateFile, before, change, mounts, run }: Merging): Promise<Merged> {
  const objects = objectsDirectory(stateFile);
  const installed = knownPaths(existsSync(stateFile) ? readState(stateFile) : EMPTY);
  const layers = change.packages.map((one) => linkedLayer(one, objects));
  const originals = new Map(before.originals.map((original) => [original.path, original]));
  const found = new Map<string, Original>();
  const mountPoints = readMountPoints(root, mounts);
  for (;;) {
    const all = [...layers, targetLayer([...originals.values()], objects)];
    const tree = mergeTree({ layers: all, defines: {}, directories: change.directories });
    // One that is known although no package had its path yet may have changed since a run was cut off.
    const isKnown = (path: string) => installed.has(path) || found.has(path);
    const more = await findOriginals({ root, tree, isKnown, mountPoints, run });
    if (more.length === 0) return { tree, layers, originals: [...originals.values()], found: [...found.values()] };
    for (const original of more) {
      originals.set(original.path, original);
      found.set(original.path, original);
    }
  }
}

type Recording = {
  readonly root: string;
  readonly stateFile: string;
  readonly before: LinkState;
  readonly change: LinkChange;
  readonly merged: Merged;
};

// Before the first change: the bytes first, then the database that speaks of them.
function recordLinks({ root, stateFile, before, change, merged }: Recording): string[] {
  const objects = objectsDirectory(stateFile);
  keepOriginals(merged.found, { root, objects });
  const notices = keepOverridden(change.packages, merged.tree, { root, objects });
  const { linked, directories } = change;
  const isNew = before.packages.length + before.originals.length === 0 || linked.length + merged.found.length > 0;
  if (isNew || directories !== before.directories)
    updateLinkState(stateFile, { linked, originals: merged.found, directories });
  adoptHidden({ root, stateFile }, merged.found, merged.tree);
  return notices;
}

// Without an error all is as it was wanted: what no package has is the machine's own again.
function release({ stateFile, change, merged }: Pick<Recording, 'stateFile' | 'change' | 'merged'>): void {
  const released = merged.tree.entries.filter(({ owner }) => owner === TARGET_OWNER).map(({ path }) => path);
  const { unlinked, directories } = change;
  if (released.length + unlinked.length > 0) updateLinkState(stateFile, { unlinked, released, directories });
  const gone = new Set(released);
  const wanted = [
    ...merged.originals.flatMap((one) => (one.type === 'file' && !gone.has(one.path) ? [one.sha256] : [])),
    ...overriddenContents(change.packages, merged.tree).map(({ file }) => file.sha256),
  ];
  trimObjects(objectsDirectory(stateFile), new Set(wanted));
}
