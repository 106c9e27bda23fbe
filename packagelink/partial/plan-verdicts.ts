// What is wrong with each path. In: as in plan-partial.ts. Out: for each entry what is to be done, with the reason that
// a person reads. Never: I/O; looks at paths that no package wants.
import { isSameFatTime } from '../tree/fat-stat.ts';
import { isLeftAlone } from '../tree/is-left-alone.ts';
import { foreignNameFinder, isSameInode } from './names-of-files.ts';
import type { Observed } from '../compare/observed.ts';
import { formatMode } from '../package/format-mode.ts';
import { parentOf } from '../package/package-path.ts';
import type { Change, PartialInput } from './partial-plan.ts';
import type { InstalledPath } from '../tree/installed-path.ts';
import type { Inode } from '../tree/path-stat.ts';
import { isAskedBefore, isOtherMode, isOtherOwner, isOtherTime } from '../tree/unkept.ts';
import { contentKey, xattrsKey } from '../tree/tree.ts';
import type { TreeEntry, WantedHardlink } from '../tree/tree.ts';

/** Paths by device and inode. */
type Inodes = Map<number, Map<Inode, string>>;

/** What is done about a path, and why. */
export type Verdict = { readonly action: Exclude<Change['action'], 'deleted'>; readonly why: string };

const SHARED = "made anew, as it has another name that is no package's";

/** A verdict for each entry that a run may touch; undefined where the path is right already. */
export function judgeAll(input: PartialInput): Map<TreeEntry, Verdict | undefined> {
  const byPath = new Map(input.tree.entries.map((entry) => [entry.path, entry]));
  const verdicts = new Map<TreeEntry, Verdict | undefined>();
  const inodes: Inodes = new Map();
  const hasForeignName = foreignNameFinder(input.tree, input.observed);
  for (const entry of input.tree.entries) {
    if (entry.type === 'hardlink' || isLeftAlone(entry, input)) continue;
    const verdict = judge(entry, input, inodes);
    const now = input.observed.get(entry.path);
    const isShared = verdict?.action === 'metadata' && now !== undefined && hasForeignName(entry, now);
    verdicts.set(entry, isShared ? { action: 'replaced', why: `${verdict.why}; ${SHARED}` } : verdict);
  }
  for (const entry of input.tree.entries) {
    if (entry.type !== 'hardlink' || isLeftAlone(entry, input)) continue;
    const first = byPath.get(entry.target);
    const isRewritten = first !== undefined && isWrite(verdicts.get(first));
    verdicts.set(entry, judgeHardlink(entry, isRewritten, input));
  }
  addMissingParents(byPath, verdicts, input);
  return verdicts;
}

function judge(entry: Exclude<TreeEntry, WantedHardlink>, input: PartialInput, inodes: Inodes): Verdict | undefined {
  const now = input.observed.get(entry.path);
  const row = input.installed.get(entry.path);
  if (entry.type === 'file' && !input.digests.has(entry.path)) return undefined;
  if (now === undefined) return { action: 'created', why: row === undefined ? `new in ${entry.owner}` : 'was missing' };
  if (entry.class === 'mutable') return undefined;
  if (now.type !== entry.type) return { action: 'replaced', why: `was a ${now.type}, should be a ${entry.type}` };
  const content =
    judgeSourceLink(entry, now) ?? judgeContent(entry, now, row, input) ?? judgeSharing(entry, now, inodes);
  if (content !== undefined) return { action: 'replaced', why: content };
  return judgeMetadata(entry, now, row);
}

function judgeContent(
  entry: Exclude<TreeEntry, WantedHardlink>,
  now: Observed,
  row: InstalledPath | undefined,
  input: PartialInput,
): string | undefined {
  if (entry.type === 'directory') return undefined;
  const found =
    (entry.type === 'file' ? now.sha256 : now.target) ?? (entry.type === 'file' ? row?.sha256 : row?.target);
  const wanted = entry.type === 'file' ? input.digests.get(entry.path) : contentKey(entry);
  if (found === wanted) return undefined;
  const before = entry.type === 'file' ? row?.sha256 : row?.target;
  if (row === undefined) return `was there before ${entry.owner}, with other content`;
  return found === before ? `new version in ${entry.owner}` : 'was changed on this machine';
}

// Two files that are no hard links of each other in any package must not become one on the machine.
function judgeSharing(entry: TreeEntry, now: Observed, inodes: Inodes): string | undefined {
  if (entry.type !== 'file' || (entry.content.kind === 'tree' && entry.content.linkTo !== undefined)) return undefined;
  const device = now.device ?? 0;
  const ofDevice = inodes.get(device) ?? new Map<Inode, string>();
  inodes.set(device, ofDevice);
  const other = ofDevice.get(now.inode);
  ofDevice.set(now.inode, entry.path);
  return other === undefined ? undefined : `was a hard link of ${other}`;
}

function judgeMetadata(
  entry: Exclude<TreeEntry, WantedHardlink>,
  now: Observed,
  row: InstalledPath | undefined,
): Verdict | undefined {
  const found = now.xattrs ?? row?.xattrs ?? '';
  const wanted = xattrsKey(entry.xattrs);
  const differences: string[] = [];
  if (entry.onFat === true) {
    return isOtherFatTime(entry, now) ? { action: 'metadata', why: 'the time was another one' } : undefined;
  }
  const isAsked = isAskedBefore(entry, now, row);
  if (!isAsked && isOtherMode(entry, now))
    differences.push(`mode was ${formatMode(now.mode)}, should be ${formatMode(entry.mode)}`);
  if (!isAsked && isOtherOwner(entry, now)) {
    differences.push(`owner was ${now.uid}:${now.gid}, should be ${entry.uid}:${entry.gid}`);
  }
  if (!isAsked && isOtherTime(entry, now)) differences.push('the time was another one');
  if (found !== wanted) differences.push('extended attributes differ');
  if (differences.length === 0) return undefined;
  // Changing an owner drops capabilities, and no single call sets and removes attributes: such a file is made anew.
  // Where a file system has refused something, it may take a file that is new, and no change of one that is there.
  const isReplaced = entry.type === 'file' && (found !== '' || wanted !== '' || row?.asked !== undefined);
  return { action: isReplaced ? 'replaced' : 'metadata', why: differences.join('; ') };
}

function judgeHardlink(entry: WantedHardlink, isRewritten: boolean, input: PartialInput): Verdict | undefined {
  const now = input.observed.get(entry.path);
  const first = input.observed.get(entry.target);
  if (now === undefined) return { action: 'created', why: `should be a hard link of ${entry.target}` };
  if (entry.class === 'mutable') return undefined;
  if (isRewritten || first === undefined || !isSameInode(first, now)) {
    return { action: 'replaced', why: `should be a hard link of ${entry.target}` };
  }
  return undefined;
}

// A directory that is left alone is made all the same when something that is not needs it.
function addMissingParents(
  byPath: ReadonlyMap<string, TreeEntry>,
  verdicts: Map<TreeEntry, Verdict | undefined>,
  input: PartialInput,
): void {
  for (const [entry, verdict] of verdicts) {
    if (!isWrite(verdict)) continue;
    for (let path = parentOf(entry.path); path !== undefined; path = parentOf(path)) {
      const parent = byPath.get(path);
      if (parent === undefined || input.observed.has(path) || verdicts.get(parent) !== undefined) continue;
      verdicts.set(parent, { action: 'created', why: `holds ${entry.path}` });
    }
  }
}

function isWrite(verdict: Verdict | undefined): boolean {
  return verdict !== undefined && verdict.action !== 'metadata';
}

/** Linked to its source, or a copy of it: with the same bytes one is as good as the other only until they change. */
function judgeSourceLink(entry: TreeEntry, now: Observed): string | undefined {
  if (entry.type !== 'file' || entry.content.kind !== 'tree') return undefined;
  const { linkTo, apartFrom } = entry.content;
  if (linkTo !== undefined && linkTo.inode !== now.inode) return 'should be a hard link of its source';
  return apartFrom === now.inode ? 'should be a copy of its source' : undefined;
}

function isOtherFatTime(entry: Exclude<TreeEntry, WantedHardlink>, now: Observed): boolean {
  if (entry.type !== 'file' || entry.timed !== true || entry.mtimeSeconds === undefined) return false;
  return !isSameFatTime(entry.mtimeSeconds * 1000, now.mtimeMs);
}

/** Why this directory is not made: something that no package put there stands in its place. */
export function refuseType(
  entry: TreeEntry,
  { installed, observed }: Pick<PartialInput, 'installed' | 'observed'>,
): string | undefined {
  const now = observed.get(entry.path);
  if (now === undefined || entry.type !== 'directory' || now.type === 'directory') return undefined;
  if (installed.has(entry.path) || entry.replaces === true) return undefined;
  const found = now.type === 'other' ? 'a special file' : `a ${now.type}`;
  return (
    `${entry.path} is a directory in ${entry.owner}, but ${found} on this machine that no package put there; ` +
    `it stays unless the .packagelink.yaml of ${entry.owner} names the path under replace:`
  );
}
