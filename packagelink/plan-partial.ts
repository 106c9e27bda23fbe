// What a partial run will do. In: the wanted tree, the state database, what lstat found. Out: steps and their
// reasons, in order. Never: I/O; a step on a foreign path.
import { isUntouched } from './observed.ts';
import type { Observed } from './observed.ts';
import { comparePaths, parentOf } from './package-path.ts';
import type { Keep, KeptVersion } from './history.ts';
import { planClears } from './plan-clears.ts';
import { planKeeps } from './plan-keeps.ts';
import { planRemoval } from './plan-removal.ts';
import { isAnotherTime, judgeSourceLink } from './plan-tree-files.ts';
import { refuseType } from './plan-type-conflicts.ts';
import type { InstalledPath } from './state.ts';
import type { MergedTree, TreeEntry, WantedDirectory, WantedFile } from './tree.ts';
import type { WantedHardlink, WantedSpecial, WantedSymlink } from './tree.ts';
import { contentKey, isAlwaysLeftAlone, xattrsKey } from './tree.ts';

/** One difference and what is done about it; the shape that reports carry. */
export type Change = {
  readonly path: string;
  readonly action: 'created' | 'replaced' | 'metadata' | 'deleted';
  readonly why: string;
};

/** The lists are carried out in this order; directories parents first, deletions children first. */
export type PartialPlan = {
  readonly directories: readonly WantedDirectory[];
  readonly files: readonly WantedFile[];
  readonly symlinks: readonly WantedSymlink[];
  readonly specials: readonly WantedSpecial[];
  readonly hardlinks: readonly WantedHardlink[];
  readonly metadata: readonly Exclude<TreeEntry, WantedHardlink>[];
  readonly deletions: readonly InstalledPath[];
  /** Paths below a directory that becomes something else, deleted just before it is replaced; children first. */
  readonly clears: ReadonlyMap<string, readonly InstalledPath[]>;
  /** Paths that no package has any more, and at which something stood before the first one came. */
  readonly restorations: readonly { readonly row: InstalledPath; readonly version: KeptVersion }[];
  /** What the writes and deletions would lose, to be kept first. */
  readonly keeps: readonly Keep[];
  /** Rows of paths that are left alone from now on. */
  readonly pinned: readonly InstalledPath[];
  /** Paths that are right, but whose rows in the database are not. */
  readonly refresh: readonly TreeEntry[];
  /** Rows of paths that are gone, or that are the machine's own now. */
  readonly forget: readonly string[];
  readonly changes: readonly Change[];
  readonly errors: readonly string[];
  readonly notices: readonly string[];
};

export type PartialInput = {
  readonly tree: MergedTree;
  readonly installed: ReadonlyMap<string, InstalledPath>;
  readonly observed: ReadonlyMap<string, Observed>;
  /** SHA-256 of the installed bytes of each wanted file, by path; a file without one could not be read. */
  readonly digests: ReadonlyMap<string, string>;
  /** `packages` leaves what came with the image to the package manager. */
  readonly osmode: 'image' | 'packages';
  /** False when a source could not be read, so that a missing path proves nothing. */
  readonly allowDeletions: boolean;
  /** Whether much of this package may go at once. */
  readonly massDelete?: (owner: string) => boolean;
  /** What was kept of foreign files, by path: it comes back when the package that replaced it goes. */
  readonly foreign?: ReadonlyMap<string, KeptVersion>;
};

/** Paths by device and inode. */
type Inodes = Map<number, Map<number, string>>;

type Verdict = { readonly action: Exclude<Change['action'], 'deleted'>; readonly why: string };

/** Compares and decides; a path that is right already occurs in no step. */
export function planPartial(input: PartialInput): PartialPlan {
  const verdicts = judgeAll(input);
  const steps = [...verdicts]
    .flatMap(([entry, verdict]) => (verdict === undefined ? [] : [{ entry, ...verdict }]))
    .toSorted((left, right) => comparePaths(left.entry, right.entry));
  const writes = steps.filter((step) => step.action !== 'metadata').map((step) => step.entry);
  const metadata = steps.filter((step) => step.action === 'metadata').map((step) => step.entry);
  const { errors: held, ...removed } = planRemoval(input);
  const { clears, deletions, full } = planClears(input, writes, removed.deletions);
  const { blocked, errors } = findBlocked(input, writes);
  for (const [entry, error] of full) {
    blocked.add(entry);
    errors.push(error);
  }
  const allowed = writes.filter((entry) => !blocked.has(entry));
  const removal = { ...removed, deletions };
  const pins = planPins(input);
  const changes = steps
    .filter(({ entry }) => !blocked.has(entry))
    .map(({ entry, action, why }): Change => ({ path: entry.path, action, why }));
  return {
    directories: allowed.filter((entry) => entry.type === 'directory'),
    files: allowed.filter((entry) => entry.type === 'file'),
    symlinks: allowed.filter((entry) => entry.type === 'symlink'),
    specials: allowed.filter((entry) => entry.type === 'special'),
    hardlinks: allowed.filter((entry) => entry.type === 'hardlink'),
    metadata: metadata.filter((entry) => entry.type !== 'hardlink'),
    ...removal,
    keeps: planKeeps(input, {
      writes: allowed,
      deletions: [...removed.deletions, ...removal.restorations.map(({ row }) => row)],
    }),
    clears,
    pinned: pins.rows,
    refresh: findStale(verdicts, input),
    changes: [
      ...changes,
      ...removed.deletions.map((row): Change => ({
        path: row.path,
        action: 'deleted',
        why: `no longer in ${row.owner}`,
      })),
      ...removal.restorations.map(({ row }): Change => ({
        path: row.path,
        action: 'replaced',
        why: `no longer in ${row.owner}; what was there before it is back`,
      })),
    ],
    errors: [...errors, ...held],
    notices: [...removal.notices, ...pins.notices],
  };
}

function findStale(verdicts: ReadonlyMap<TreeEntry, Verdict | undefined>, input: PartialInput): TreeEntry[] {
  const stale: TreeEntry[] = [];
  for (const [entry, verdict] of verdicts) {
    if (verdict === undefined && isRowStale(entry, input)) stale.push(entry);
  }
  return stale;
}

/** Whether a run leaves this path alone whatever it finds: laid down once before, pinned, or the package manager's. */
export function isLeftAlone(entry: TreeEntry, input: Pick<PartialInput, 'tree' | 'osmode' | 'installed'>): boolean {
  if (input.osmode === 'packages' && input.tree.images.includes(entry.owner)) return true;
  return isAlwaysLeftAlone(entry) && input.installed.has(entry.path);
}

// A pinned path is never touched, but nobody should wonder why it is not what its package says.
function planPins({ tree, installed, observed }: PartialInput): { rows: InstalledPath[]; notices: string[] } {
  const rows: InstalledPath[] = [];
  const notices: string[] = [];
  for (const entry of tree.entries) {
    const row = entry.pinned === true ? installed.get(entry.path) : undefined;
    if (row === undefined) continue;
    if (!row.leftAlone) rows.push({ ...row, leftAlone: true });
    const now = observed.get(entry.path);
    const isNewer = entry.type === 'file' && row.source !== entry.sourceKey;
    const what = now === undefined ? 'is missing' : isUntouched(row, now) ? undefined : 'was changed on this machine';
    const notice = what ?? (isNewer ? `is not the current version of ${entry.owner}` : undefined);
    if (notice !== undefined) notices.push(`${entry.path} ${notice}, and is left alone: it is pinned`);
  }
  return { rows, notices };
}

function judgeAll(input: PartialInput): Map<TreeEntry, Verdict | undefined> {
  const byPath = new Map(input.tree.entries.map((entry) => [entry.path, entry]));
  const verdicts = new Map<TreeEntry, Verdict | undefined>();
  const inodes: Inodes = new Map();
  for (const entry of input.tree.entries) {
    if (entry.type === 'hardlink') continue;
    if (!isLeftAlone(entry, input)) verdicts.set(entry, judge(entry, input, inodes));
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
  const ofDevice = inodes.get(device) ?? new Map<number, string>();
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
  if (entry.type !== 'symlink' && now.mode !== entry.mode)
    differences.push(`mode was ${octal(now.mode)}, should be ${octal(entry.mode)}`);
  if (now.uid !== entry.uid || now.gid !== entry.gid) {
    differences.push(`owner was ${now.uid}:${now.gid}, should be ${entry.uid}:${entry.gid}`);
  }
  if (isAnotherTime(entry, now)) differences.push('the time was another one');
  if (found !== wanted) differences.push('extended attributes differ');
  if (differences.length === 0) return undefined;
  // Changing an owner drops capabilities, and no single call sets and removes attributes: such a file is made anew.
  const isReplaced = entry.type === 'file' && (found !== '' || wanted !== '');
  return { action: isReplaced ? 'replaced' : 'metadata', why: differences.join('; ') };
}

function isSameInode(one: Observed, other: Observed): boolean {
  return one.inode === other.inode && one.device === other.device && one.type === other.type;
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

// Something that is no directory stands in for one, and this run may not replace it: nothing is written through it.
function findBlocked(input: PartialInput, writes: readonly TreeEntry[]): { blocked: Set<TreeEntry>; errors: string[] } {
  const refusals = new Map<TreeEntry, string>();
  for (const entry of writes) {
    const refusal = refuseType(entry, input);
    if (refusal !== undefined) refusals.set(entry, refusal);
  }
  const blocked = new Set<TreeEntry>(refusals.keys());
  const errors: string[] = [...refusals.values()];
  const directories = writes.filter((entry) => entry.type === 'directory' && !blocked.has(entry));
  const made = new Set(directories.map((entry) => entry.path));
  for (const entry of writes) {
    for (let path = parentOf(entry.path); path !== undefined; path = parentOf(path)) {
      const now = input.observed.get(path);
      if (now === undefined || now.type === 'directory' || made.has(path)) continue;
      blocked.add(entry);
      errors.push(`${entry.path} was not written: ${path} is a ${now.type} on this machine, and not followed`);
    }
  }
  return { blocked, errors };
}

function isRowStale(entry: TreeEntry, { installed, observed, digests }: PartialInput): boolean {
  const row = installed.get(entry.path);
  const now = observed.get(entry.path);
  if (now === undefined || (entry.type === 'file' && !digests.has(entry.path))) return false;
  if (row === undefined || row.owner !== entry.owner || row.class !== entry.class || row.type !== entry.type)
    return true;
  if (row.leftAlone !== isAlwaysLeftAlone(entry)) return true;
  if (entry.class === 'mutable') return false;
  if (entry.type === 'file' && row.source !== entry.sourceKey) return true;
  return entry.type !== 'directory' && !isUntouched(row, now);
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}
