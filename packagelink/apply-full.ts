// A merged tree → an empty target. In: a tree, a fetcher, a mounted directory. Out: files, and the state database.
// Never: writes outside the target, uses bytes before they are checked, syncs (the caller does, once).
// It runs where each call costs twenty times as much as usual, so files are written synchronously, in pack order.
import { chmodSync, chownSync, closeSync, linkSync, lstatSync, mkdirSync, realpathSync } from 'node:fs';
import { rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Fetcher } from './fetch.ts';
import { placeOnFat } from './fat-targets.ts';
import { setMetadataOfPath, setWantedTime } from './file-metadata.ts';
import { failed } from './lay-file.ts';
import { isKept, layFiles } from './lay-files.ts';
import type { LayRun } from './lay-files.ts';
import { makeSpecial } from './native/device-nodes.ts';
import { readFileSystems } from './mount-points.ts';
import { nameOwners } from './name-owners.ts';
import { asPathStat, installedLink, installedPath, updateState } from './state.ts';
import type { InstalledPath } from './state.ts';
import type { MergedTree, TreeEntry, WantedDirectory, WantedHardlink, WantedSpecial, WantedSymlink } from './tree.ts';
import { writeXattrs } from './xattrs.ts';

type ApplyFullOptions = {
  /** The mounted root of the machine, empty but for mount points and data that was kept. */
  readonly target: string;
  readonly tree: MergedTree;
  readonly fetcher: Fetcher;
  /** The SQLite file that later partial runs read, usually below the target; replaced. */
  readonly stateFile: string;
  /** Raw bytes written so far and in all. */
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
  readonly twoThreadsFrom?: number;
};

/**
 * Lays a whole tree onto a target. Mutable paths that are already there, on a kept data partition, stay.
 * @throws FaultsError for owners whose names the tree's etc/passwd and etc/group do not have, before anything is
 * written; UserError naming pack or path; the target is then incomplete and has no state database.
 */
export async function applyFull(options: ApplyFullOptions): Promise<void> {
  const run: LayRun = {
    root: realpathSync(options.target),
    digests: new Map(),
    kept: new Set(),
    stats: new Map(),
    open: new Map(),
  };
  const named = await nameOwners(options.tree, {
    root: run.root,
    fetcher: options.fetcher,
    isKept: (entry) => entry.class === 'mutable',
  });
  const tree = placeOnFat(named, readFileSystems(run.root));
  const { entries } = tree;
  const umask = process.umask(0);
  try {
    for (const entry of entries) if (entry.type === 'directory') makeDirectory(run.root, entry);
    await layFiles({ ...options, tree }, run);
    for (const entry of entries) if (entry.type !== 'directory' && entry.type !== 'file') makeOther(entry, run);
    makeStateDirectory(options.stateFile, run.root);
    for (const entry of entries) if (entry.type === 'directory') finishDirectory(entry, run.root);
    updateState(options.stateFile, { changed: describeInstalled(entries, run), removed: [] });
  } finally {
    for (const fd of run.open.values()) closeSync(fd);
    process.umask(umask);
  }
}

function makeDirectory(root: string, { path, onFat }: WantedDirectory): void {
  const absolute = `${root}/${path}`;
  try {
    mkdirSync(absolute, 0o755);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw failed(path, error);
    if (!lstatSync(absolute).isDirectory())
      throw failed(path, new Error('something that is no directory is in its place'));
    if (onFat === true) return;
    // A setgid bit on a mount point would give its group to all that is created below.
    chownSync(absolute, 0, 0);
    chmodSync(absolute, 0o755);
  }
}

// Links and special files.
function makeOther(entry: WantedSymlink | WantedHardlink | WantedSpecial, run: LayRun): void {
  const absolute = `${run.root}/${entry.path}`;
  const make = () => {
    if (entry.type === 'symlink') symlinkSync(entry.target, absolute);
    else if (entry.type === 'special') makeSpecial(absolute, entry.node, 0o600);
    else linkSync(`${run.root}/${entry.target}`, absolute);
  };
  try {
    if (lstatSync(absolute, { throwIfNoEntry: false }) !== undefined) {
      if (isKept(entry, run)) return;
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

// A file that has got another name since has another ctime, too. One row at a time: a hundred thousand of them would be
// moved about by the garbage collector while they wait for the database.
function* describeInstalled(entries: readonly TreeEntry[], run: LayRun): Generator<InstalledPath> {
  const linked = new Set(entries.flatMap((entry) => (entry.type === 'hardlink' ? [entry.target] : [])));
  const rows = new Map<string, InstalledPath>();
  for (const entry of entries) {
    if (entry.type === 'hardlink') {
      const first = rows.get(entry.target);
      if (first !== undefined) yield installedLink(entry, first);
      continue;
    }
    const digest = entry.type === 'file' ? (run.digests.get(entry.path) ?? entry.content.sha256) : '';
    const isLinked = linked.has(entry.path);
    const known = isLinked ? undefined : run.stats.get(entry.path);
    const row = installedPath(entry, digest, known ?? asPathStat(lstatSync(`${run.root}/${entry.path}`)));
    if (isLinked) rows.set(entry.path, row);
    yield row;
  }
}
