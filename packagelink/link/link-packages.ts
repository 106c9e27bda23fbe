// Brings a target to the union of its packages, wherever they lie. In: the packages that are to be linked from now on.
// Out: the target, its state database, and what was overridden kept beside it. Never: touches what no package has, but
// to keep it and put a package's path in its place; forgets what was there before it is back.
import { mkdirSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { applyPartial } from '../partial/apply-partial.ts';
import { applyWithCommands } from '../commands/apply-with-commands.ts';
import type { WithCommandsResult } from '../commands/apply-with-commands.ts';
import { TARGET_OWNER } from '../merge/candidates.ts';
import { chooseLinks } from './choose-links.ts';
import { withLock } from '../filesystem/file-lock.ts';
import { adoptHidden, keepOriginals, keepOverridden, overriddenContents } from './keep-overridden.ts';
import { objectsDirectory, trimObjects } from '../contents/kept-objects.ts';
import { linkedCommands, nameCommands } from './linked-commands.ts';
import { linkedKey, updateLinkState } from '../state/linked-packages.ts';
import type { LinkState, LinkedPackage } from '../state/linked-packages.ts';
import { mergeOntoTarget, readLinks, storesFetcher } from './merge-onto-target.ts';
import type { Merged } from './merge-onto-target.ts';
import type { Change } from '../partial/partial-plan.ts';
import type { MergedTree } from '../tree/tree.ts';

export type LinkOptions = {
  readonly target: string;
  readonly stateFile: string;
  /** From what is linked now to what is to be; called with the lock held. */
  readonly change: (state: LinkState) => Promise<LinkChange>;
  readonly dryRun: boolean;
  readonly massDelete: (owner: string) => boolean;
  /** Mount points below the target that belong to it, as package paths. */
  readonly mounts: readonly string[];
  /** Whether the commands run that packages name for what has changed; on this system, whatever the target is. */
  readonly runsCommands: boolean;
};

/** What is linked from now on: all of it, those that are new or different, and the names that go. */
export type LinkChange = {
  readonly packages: readonly LinkedPackage[];
  readonly linked: readonly LinkedPackage[];
  readonly unlinked: readonly string[];
  readonly directories: LinkState['directories'];
  /** What could not be read of the packages and is not linked; all else is. */
  readonly unread?: readonly string[];
};

const LOCK_TIMEOUT_MS = 60_000;

/**
 * Merges everything that is linked again and puts the target right. Errors of single paths are collected; a package
 * counts as unlinked only when there were none but those of commands.
 * @throws FaultsError when the packages do not fit together or onto the target; nothing is then changed
 */
export async function linkPackages(options: LinkOptions): Promise<WithCommandsResult> {
  if (options.dryRun) return await linkLocked(options);
  mkdirSync(dirname(options.stateFile), { recursive: true, mode: 0o700 });
  const lock = `${options.stateFile}.packages.lock`;
  return await withLock(lock, async () => await linkLocked(options), LOCK_TIMEOUT_MS);
}

async function linkLocked(options: LinkOptions): Promise<WithCommandsResult> {
  const { stateFile, dryRun, mounts, massDelete } = options;
  const root = realpathSync(options.target);
  const before = readLinks(stateFile);
  const change = await options.change(before);
  const merged = await mergeOntoTarget({ root, stateFile, before, change, mounts });
  const notices = dryRun ? [] : recordLinks({ root, stateFile, before, change, merged });
  const modes = new Map(change.packages.map(({ name, mode }) => [name, mode]));
  const tree = chooseLinks({ root, tree: merged.tree, modeOf: (owner) => modes.get(owner) ?? 'copy' });
  const partial = {
    target: root,
    tree,
    stateFile,
    dryRun,
    mounts,
    fetcher: storesFetcher(change.packages),
    settles: { key: linkedKey(change.packages) },
    restoresForeign: false,
    foreignPaths: merged.free,
    massDelete: (owner: string) => owner === TARGET_OWNER || massDelete(owner),
  };
  const commands = linkedCommands(before.packages, change.packages);
  const result = options.runsCommands
    ? await applyWithCommands({ ...partial, ...commands, commandRoot: '/', changedBelow: root })
    : nameCommands(await applyPartial(partial), commands);
  if (!dryRun && result.isWhole) release({ stateFile, before, change, merged });
  const { unread = [] } = change;
  return {
    ...result,
    changes: sayReturns(result.changes, tree),
    notices: [...notices, ...result.notices],
    errors: [...unread, ...result.errors],
    isWhole: result.isWhole && unread.length === 0,
  };
}

function sayReturns(changes: readonly Change[], tree: MergedTree): Change[] {
  const back = new Set(tree.entries.filter(({ owner }) => owner === TARGET_OWNER).map(({ path }) => path));
  return changes.map((change) =>
    back.has(change.path) ? { ...change, why: 'what was there before any package is back' } : change,
  );
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
  // What was never taken, or was given back, is nobody's but the target's; what stands there now was found again.
  if (merged.free.size > 0) updateLinkState(stateFile, { begins: true, released: [...merged.free], directories });
  if (isNew || directories !== before.directories)
    updateLinkState(stateFile, { begins: true, linked, originals: merged.found, directories });
  adoptHidden({ root, stateFile }, merged.found, merged.tree);
  return notices;
}

// Without an error all is as it was wanted: what no package has is the machine's own again.
function release({ stateFile, before, change, merged }: Omit<Recording, 'root'>): void {
  const released = merged.tree.entries.filter(({ owner }) => owner === TARGET_OWNER).map(({ path }) => path);
  const { unlinked, directories } = change;
  if (released.length + unlinked.length > 0) updateLinkState(stateFile, { unlinked, released, directories });
  const gone = new Set(released);
  const wanted = [
    ...merged.originals.flatMap((one) => (one.type === 'file' && !gone.has(one.path) ? [one.sha256] : [])),
    ...overriddenContents(change.packages, merged.tree).map(({ file }) => file.sha256),
  ];
  trimObjects(objectsDirectory(stateFile), { before: contentsOf(before), now: new Set(wanted) });
}

// All that the database may have asked to keep.
function contentsOf({ packages, originals }: LinkState): ReadonlySet<string> {
  const files = packages.flatMap(({ manifest }) => manifest.entries.filter((entry) => entry.type === 'file'));
  const others = originals.filter((one) => one.type === 'file');
  return new Set([...files, ...others].map(({ sha256 }) => sha256));
}
