// Bytes that a target would lose although a package, or nobody, still has a claim to them. In: packages, the merged
// tree. Out: kept objects. Never: changes the target.
import { lstatSync } from 'node:fs';
import { UserError } from '../../lib/errors.ts';
import { TARGET_OWNER } from '../merge/candidates.ts';
import { keepObject } from '../contents/kept-objects.ts';
import { exactInode } from '../filesystem/exact-inode.ts';
import type { LinkedPackage, Original } from '../state/linked-packages.ts';
import type { FileEntry } from '../package/manifest.ts';
import { recordIntents } from '../state/state.ts';
import { asPathStat } from '../tree/path-stat.ts';
import type { InstalledPath } from '../tree/installed-path.ts';
import type { MergedTree } from '../tree/tree.ts';
import { xattrsKey } from '../tree/tree.ts';

type Places = { readonly root: string; readonly objects: string };

/** Keeps what was there before any package. @throws UserError when it cannot be read: then nothing has changed yet */
export function keepOriginals(originals: readonly Original[], { root, objects }: Places): void {
  for (const original of originals) {
    if (original.type !== 'file') continue;
    const fault = keepObject(objects, original, [`${root}/${original.path}`]);
    if (fault === undefined) continue;
    throw new UserError(`${original.path} could not be kept: ${fault}; nothing was changed`, { hint: 'try again' });
  }
}

/** A file of a tree whose bytes are wanted one day: another package overrides it, or it is a template. */
type Overridden = { readonly owner: string; readonly source: string; readonly file: FileEntry };

/** Templates are among them, because the target has only what they became. */
export function overriddenContents(packages: readonly LinkedPackage[], tree: MergedTree): Overridden[] {
  const owners = new Map(tree.entries.map((entry) => [entry.path, entry.owner]));
  return packages.flatMap(({ kind, name, source, manifest }) => {
    if (kind !== 'tree') return [];
    const files = manifest.entries.filter((entry) => entry.type === 'file');
    return files
      .filter((file) => file.template !== undefined || owners.get(file.path) !== name)
      .map((file) => ({ owner: name, source, file }));
  });
}

/** Keeps them from their sources or, where these have changed, from the target; says what cannot be brought back. */
export function keepOverridden(
  packages: readonly LinkedPackage[],
  tree: MergedTree,
  { root, objects }: Places,
): string[] {
  return overriddenContents(packages, tree).flatMap(({ owner, source, file }) => {
    const fault = keepObject(objects, file, [`${source}/${file.path}`, `${root}/${file.path}`]);
    if (fault === undefined) return [];
    return [`${file.path} of ${owner} could not be kept, in case that it is wanted one day: ${fault}`];
  });
}

/** Makes what a package replaces together with its directory ours, so that it is deleted as ours. */
export function adoptHidden(
  { root, stateFile }: { readonly root: string; readonly stateFile: string },
  found: readonly Original[],
  tree: MergedTree,
): void {
  const wanted = new Set(tree.entries.map(({ path }) => path));
  const hidden = found.filter(({ path }) => !wanted.has(path));
  if (hidden.length === 0) return;
  recordIntents(
    stateFile,
    [],
    hidden.flatMap((original) => rowOf(original, root)),
  );
}

function rowOf(original: Original, root: string): InstalledPath[] {
  const place = `${root}/${original.path}`;
  const stat = lstatSync(place, { throwIfNoEntry: false });
  if (stat === undefined) return [];
  return [
    {
      path: original.path,
      owner: TARGET_OWNER,
      class: 'package',
      type: original.type,
      ...asPathStat(stat, exactInode(place, stat)),
      sha256: original.type === 'file' ? original.sha256 : '',
      source: '',
      xattrs: xattrsKey(original.xattrs),
      target: original.type === 'symlink' ? original.target : '',
      leftAlone: false,
    },
  ];
}
