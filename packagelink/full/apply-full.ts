// A merged tree → an empty target. In: a tree, a fetcher, a mounted directory. Out: files, and the state database.
// Never: writes outside the target, uses bytes before they are checked, syncs (the caller does, once).
// It runs where each call costs twenty times as much as usual, so files are written synchronously, in pack order.
import { chmodSync, chownSync, closeSync, linkSync, lstatSync, mkdirSync, realpathSync } from 'node:fs';
import { rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { Fetcher } from '../contents/fetch.ts';
import { planReads } from '../contents/plan-reads.ts';
import { placeOnFat } from '../tree/fat-targets.ts';
import { exactInode } from '../filesystem/exact-inode.ts';
import { setMetadataOfPath, setWantedTime } from '../filesystem/file-metadata.ts';
import { failed } from './lay-file.ts';
import { isKept, layFiles } from './lay-files.ts';
import { startLayThreads } from './lay-in-threads.ts';
import type { LayThreads } from './lay-in-threads.ts';
import { makeSpecial } from '../native/device-nodes.ts';
import { readFileSystems } from '../filesystem/mount-points.ts';
import { nameOwners } from '../fit/name-owners.ts';
import { writeNewState } from '../state/state.ts';
import { installedLink, installedPath } from '../tree/installed-path.ts';
import { asPathStat } from '../tree/path-stat.ts';
import type { StateWriter } from '../state/state.ts';
import type { InstalledPath } from '../tree/installed-path.ts';
import type { PathStat } from '../tree/path-stat.ts';
import type {
  MergedTree,
  TreeEntry,
  WantedDirectory,
  WantedFile,
  WantedHardlink,
  WantedSpecial,
  WantedSymlink,
} from '../tree/tree.ts';
import { writeXattrs } from '../filesystem/xattrs.ts';

type ApplyFullOptions = {
  /** The mounted root of the machine, empty but for mount points and data that was kept. */
  readonly target: string;
  readonly tree: MergedTree;
  readonly fetcher: Fetcher;
  /** The SQLite file that later partial runs read, usually below the target; replaced. */
  readonly stateFile: string;
  /** Raw bytes written so far and in all. */
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
  /** Other threads that run already; the caller ends them. */
  readonly threads?: LayThreads;
  /** From how many files on it is worth starting some; where none are given. */
  readonly threadsFrom?: number;
};

const THREADS_FROM_FILES = 4000;

/**
 * Lays a whole tree onto a target. Mutable paths that are already there, on a kept data partition, stay.
 * @throws FaultsError for owners whose names the tree's etc/passwd and etc/group do not have, before anything is
 * written; UserError naming pack or path; the target is then incomplete and has no state database.
 */
export async function applyFull(options: ApplyFullOptions): Promise<void> {
  const { fetcher, stateFile, onProgress, threadsFrom = THREADS_FROM_FILES } = options;
  const root = realpathSync(options.target);
  const isMany = options.tree.entries.filter(({ type }) => type === 'file').length >= threadsFrom;
  await using own = options.threads === undefined && isMany ? startLayThreads() : undefined;
  const threads = options.threads ?? own;
  const named = await nameOwners(options.tree, { root, fetcher, isKept });
  const tree = placeOnFat(named, readFileSystems(root));
  const entries = byType(tree.entries);
  const open = new Map<string, number>();
  const umask = process.umask(0);
  let state: StateWriter | undefined;
  try {
    for (const entry of entries.directory) makeDirectory(root, entry);
    const plan = planReads(entries.file);
    // While the first packs are fetched and opened.
    const laidPacks = threads?.lay(root, plan, fetcher);
    await makeOthers([...entries.symlink, ...entries.special], root);
    makeStateDirectory(stateFile, root);
    state = writeNewState(stateFile);
    const rows = describeInstalled(entries.hardlink, { root, add: state.add });
    const run = { root, digests: rows.digests, open, onLaid: rows.addFile, onKept: rows.addKept };
    await layFiles({ tree, files: entries.file, plan, fetcher, onProgress, laidPacks }, run);
    for (const entry of entries.hardlink) makeOther(entry, root);
    for (const entry of entries.directory) finishDirectory(entry, root);
    rows.addRest(tree.entries);
    state.commit();
  } finally {
    state?.close();
    for (const fd of open.values()) closeSync(fd);
    process.umask(umask);
  }
}

type ByType = { readonly [Type in TreeEntry['type']]: readonly Extract<TreeEntry, { readonly type: Type }>[] };

function byType(entries: readonly TreeEntry[]): ByType {
  const all = { file: [], directory: [], symlink: [], special: [], hardlink: [] } as Record<string, TreeEntry[]>;
  for (const entry of entries) all[entry.type]?.push(entry);
  return all as unknown as ByType;
}

function makeDirectory(root: string, { path, onFat }: WantedDirectory): void {
  const absolute = `${root}/${path}`;
  try {
    mkdirSync(absolute, 0o755);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw failed(path, error);
    if (!lstatSync(absolute).isDirectory())
      throw failed(path, new Error('something that is not a directory is in its place'));
    if (onFat === true) return;
    // A setgid bit on a mount point would give its group to all that is created below.
    chownSync(absolute, 0, 0);
    chmodSync(absolute, 0o755);
  }
}

/** What has been fetched meanwhile reaches the other threads between a hundred links and the next. */
const LINKS_AT_ONCE = 100;

async function makeOthers(entries: readonly (WantedSymlink | WantedSpecial)[], root: string): Promise<void> {
  for (const [index, entry] of entries.entries()) {
    if (index % LINKS_AT_ONCE === 0) await turn();
    makeOther(entry, root);
  }
}

// Links and special files.
function makeOther(entry: WantedSymlink | WantedHardlink | WantedSpecial, root: string): void {
  const absolute = `${root}/${entry.path}`;
  const make = () => {
    if (entry.type === 'symlink') symlinkSync(entry.target, absolute);
    else if (entry.type === 'special') makeSpecial(absolute, entry.node, 0o600);
    else linkSync(`${root}/${entry.target}`, absolute);
  };
  try {
    if (lstatSync(absolute, { throwIfNoEntry: false }) !== undefined) {
      if (isKept(entry)) return;
      unlinkSync(absolute);
    }
    make();
    if (entry.type !== 'hardlink') setMetadataOfPath(absolute, entry);
  } catch (error) {
    throw failed(entry.path, error);
  }
}

function finishDirectory(entry: WantedDirectory, root: string): void {
  const absolute = `${root}/${entry.path}`;
  try {
    if (entry.onFat === true) {
      setWantedTime(absolute, entry);
      return;
    }
    if (entry.uid !== 0 || entry.gid !== 0) chownSync(absolute, entry.uid, entry.gid);
    if (entry.mode !== 0o755) chmodSync(absolute, entry.mode);
    if (entry.xattrs !== undefined) writeXattrs(absolute, entry.xattrs);
    setWantedTime(absolute, entry);
  } catch (error) {
    throw failed(entry.path, error);
  }
}

// Before the times of directories are set. Below the target no link of the tree may lead the database elsewhere.
function makeStateDirectory(stateFile: string, root: string): void {
  const dir = dirname(stateFile);
  mkdirSync(dir, { recursive: true, mode: 0o755 });
  const isBelow = stateFile.startsWith(`${root}/`);
  if (isBelow && !realpathSync(dir).startsWith(`${root}/`)) {
    throw failed(stateFile, new Error(`a symbolic link of the tree leads ${dir} out of the target`));
  }
  for (const suffix of ['', '-journal', '.history', '.after.json'])
    rmSync(stateFile + suffix, { recursive: true, force: true });
}

type Rows = {
  /** SHA-256 of what templates became, by path. */
  readonly digests: Map<string, string>;
  readonly addFile: (file: WantedFile, stat: PathStat) => void;
  readonly addKept: (file: WantedFile) => void;
  /** Of everything else, when it is as it will stay. */
  readonly addRest: (entries: readonly TreeEntry[]) => void;
};

// Rows go to the database as files are laid down: a hundred thousand of them would be moved about by the garbage
// collector while they wait. A file that gets another name later has another ctime then.
function describeInstalled(
  hardlinks: readonly WantedHardlink[],
  { root, add }: { readonly root: string; readonly add: (row: InstalledPath) => void },
): Rows {
  const digests = new Map<string, string>();
  const linked = new Set(hardlinks.map(({ target }) => target));
  const rowOf = (entry: Exclude<TreeEntry, WantedHardlink>, stat: PathStat): InstalledPath => {
    const digest = entry.type === 'file' ? (digests.get(entry.path) ?? entry.content.sha256) : '';
    return installedPath(entry, digest, stat);
  };
  return {
    digests,
    addFile: (file, stat) => {
      if (!linked.has(file.path)) add(rowOf(file, stat));
    },
    addKept: (file) => {
      if (!linked.has(file.path)) add(rowOf(file, statPath(`${root}/${file.path}`)));
    },
    addRest: (entries) => {
      const firsts = new Map<string, InstalledPath>();
      for (const entry of entries) {
        if (entry.type === 'file' && !linked.has(entry.path)) continue;
        if (entry.type === 'hardlink') {
          const first = firsts.get(entry.target);
          if (first !== undefined) add(installedLink(entry, first));
          continue;
        }
        const row = rowOf(entry, statPath(`${root}/${entry.path}`));
        if (linked.has(entry.path)) firsts.set(entry.path, row);
        add(row);
      }
    },
  };
}

function statPath(place: string): PathStat {
  const stat = lstatSync(place);
  return asPathStat(stat, exactInode(place, stat));
}
