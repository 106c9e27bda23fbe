// How one machine's files differ. In: the machine on both sides. Out: the paths that differ, and a key that is equal
// for machines with the same differences. Never: writes, shows a value.
import { isUtf8 } from 'node:buffer';
import type { Aspect } from '../../packagelink/tree/compare-entries.ts';
import { sha256 } from '../../packagelink/package/digest.ts';
import { fillEntry, isSameFilled } from '../../packagelink/merge/tree-shape.ts';
import { ownerOf } from '../../packagelink/tree/tree.ts';
import type { TreeEntry } from '../../packagelink/tree/tree.ts';
import { changedLines } from './changed-lines.ts';
import { readContent } from './contents.ts';
import type { Unread } from './contents.ts';
import type { MachineSide } from './describe-machine.ts';
import { explainChange } from './explain-change.ts';
import type { EntryPair, InputPair } from './explain-change.ts';
import type { ReplaceOwn } from './own-values.ts';
import type { OpenPath, TreeCache, TreePair } from './tree-cache.ts';

export type FileChange = {
  readonly path: string;
  readonly kind: 'added' | 'removed' | 'changed';
  readonly aspects: readonly Aspect[];
  readonly reason: string;
  /** As they are for the machine that was compared. */
  readonly entries: EntryPair;
};

export type MachinePair = { readonly before: MachineSide; readonly after: MachineSide };
export type MachineChanges = { readonly key: string; readonly changes: readonly FileChange[] };
export type CompareOptions = {
  readonly cache: TreeCache;
  readonly isWanted: (path: string) => boolean;
  readonly replaceOwn: () => ReplaceOwn;
};

type Content = Uint8Array | Unread | undefined;

/** The paths of a machine that differ, sorted. */
export async function compareMachine(pair: MachinePair, options: CompareOptions): Promise<MachineChanges> {
  const { cache, isWanted } = options;
  const inputs = { before: pair.before.input, after: pair.after.input };
  const trees = cache.compare(inputs);
  const fixed = fixedChanges(trees, inputs, isWanted);
  const changes: FileChange[] = [];
  const keys: string[] = [];
  for (const path of trees.open) {
    if (!isWanted(path.path)) continue;
    const found = await compareOpen(path, pair, options.replaceOwn);
    if (found === undefined) continue;
    changes.push(found.change);
    keys.push(found.key);
  }
  if (changes.length === 0) return fixed;
  const all = [...fixed.changes, ...changes].sort((a, b) => (a.path < b.path ? -1 : 1));
  return { changes: all, key: [fixed.key, ...keys].join(' ') };
}

const fixedByPair = new WeakMap<TreePair, MachineChanges>();

function fixedChanges(trees: TreePair, inputs: InputPair, isWanted: (path: string) => boolean): MachineChanges {
  const known = fixedByPair.get(trees);
  if (known !== undefined) return known;
  const changes = trees.fixed
    .filter(({ path }) => isWanted(path))
    .map(({ path, aspects, ...entries }) => asChange(path, aspects, entries, inputs));
  const made = { changes, key: changes.length === 0 ? '' : sha256(JSON.stringify(changes.map(identityOf))) };
  fixedByPair.set(trees, made);
  return made;
}

async function compareOpen(
  { path, aspects, ...shape }: OpenPath,
  { before, after }: MachinePair,
  replaceOwn: () => ReplaceOwn,
): Promise<{ change: FileChange; key: string } | undefined> {
  const inputs = { before: before.input, after: after.input };
  const both =
    shape.before === undefined || shape.after === undefined ? undefined : { before: shape.before, after: shape.after };
  if (both !== undefined && aspects.length === 0 && isSameFilled(both, inputs)) return undefined;
  const entries = {
    before: shape.before === undefined ? undefined : fillEntry(shape.before, inputs.before),
    after: shape.after === undefined ? undefined : fillEntry(shape.after, inputs.after),
  };
  const isOneSided = both === undefined;
  const isSameSource = keyOf(entries.before) === keyOf(entries.after);
  const contents = isSameSource
    ? [undefined, undefined]
    : [await readContent(entries.before, before), await readContent(entries.after, after)];
  const differs = !isOneSided && !aspects.includes('type') && !isEqual(contents[0], contents[1]);
  const all: Aspect[] = differs ? ['bytes', ...aspects] : [...aspects];
  if (!isOneSided && all.length === 0) return undefined;
  const change = asChange(path, all, entries, inputs);
  const bytes = contentKey(contents[0], contents[1], replaceOwn());
  return { change, key: sha256(JSON.stringify([identityOf(change), bytes])) };
}

function asChange(path: string, aspects: readonly Aspect[], entries: EntryPair, inputs: InputPair): FileChange {
  const kind = entries.before === undefined ? 'added' : entries.after === undefined ? 'removed' : 'changed';
  return { path, kind, aspects, reason: explainChange(entries, inputs), entries };
}

/** All that is said of a change but for bytes that are each machine's own. */
function identityOf({ path, kind, aspects, reason, entries: { before, after } }: FileChange): unknown[] {
  return [path, kind, aspects, reason, entryIdentity(before), entryIdentity(after)];
}

function entryIdentity(entry: TreeEntry | undefined): unknown {
  if (entry?.type !== 'file') return entry;
  const { type, owner, class: kept, pinned, mode, xattrs, content } = entry;
  return [
    type,
    owner,
    kept,
    pinned,
    mode,
    ownerOf(entry),
    xattrs,
    content.kind === 'packed' ? content.sha256 : content.kind,
  ];
}

function keyOf(entry: TreeEntry | undefined): string | undefined {
  return entry?.type === 'file' ? entry.sourceKey : undefined;
}

function isEqual(before: Content, after: Content): boolean {
  const areBytes = before instanceof Uint8Array && after instanceof Uint8Array;
  // Of two large files it is known that they are made from other sources.
  return areBytes ? Buffer.compare(before, after) === 0 : before === after && before !== 'large';
}

function contentKey(before: Content, after: Content, replaceOwn: ReplaceOwn): unknown[] {
  if (!isText(before) || !isText(after)) return [before, after].map(digestOf);
  return changedLines(asText(before), asText(after)).map((lines) => replaceOwn(lines));
}

function isText(content: Content): content is Uint8Array | undefined {
  return content === undefined || (content instanceof Uint8Array && isUtf8(content));
}

function asText(content: Uint8Array | undefined): string {
  return content === undefined ? '' : Buffer.from(content).toString('utf8');
}

function digestOf(content: Content): string | undefined {
  return content instanceof Uint8Array ? sha256(content) : content;
}
