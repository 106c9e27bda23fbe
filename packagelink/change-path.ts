// Single changes of a partial run, other than file contents. In: one wanted entry or row. Out: that path put right.
// Never: decides; follows a link at the end of a path.
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  futimesSync,
  lchownSync,
  linkSync,
  lstatSync,
  lutimesSync,
} from 'node:fs';
import { mkdirSync, openSync, renameSync, rmdirSync, symlinkSync, unlinkSync } from 'node:fs';
import { mtimeOf } from './file-metadata.ts';
import type { KeptVersion } from './history.ts';
import { copyVersion } from './keep-version.ts';
import { discard, keepOld, stage, temporaryPath } from './stage-files.ts';
import { replaceAtOnce } from './replace-at-once.ts';
import type { Staging } from './stage-files.ts';
import type { InstalledPath } from './state.ts';
import type { WantedDirectory, WantedFile, WantedHardlink, WantedSymlink } from './tree.ts';
import { writeXattrs } from './xattrs.ts';

const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Makes a directory, in place of a file or link if there is one. */
export async function makeDirectory(staging: Staging, entry: WantedDirectory): Promise<void> {
  const place = staging.target.at(entry.path);
  const temporary = staging.target.at(temporaryPath(entry.path));
  discard(staging, entry.path);
  mkdirSync(temporary, 0o700);
  await setPathMetadata(staging, entry, temporary);
  if (lstatSync(place, { throwIfNoEntry: false }) !== undefined) keepOld(staging, entry.path, place);
  replaceAtOnce(temporary, place);
  staging.onPlaced(entry);
}

/** Stages a symbolic link. */
export async function stageSymlink(staging: Staging, entry: WantedSymlink): Promise<void> {
  const temporary = staging.target.at(temporaryPath(entry.path));
  discard(staging, entry.path);
  symlinkSync(entry.target, temporary);
  lchownSync(temporary, entry.uid, entry.gid);
  const time = mtimeOf(entry);
  if (time !== undefined) lutimesSync(temporary, time, time);
  await stage(staging, entry, 0);
}

/** Stages another name of a file that is in place. */
export async function stageHardlink(staging: Staging, entry: WantedHardlink): Promise<void> {
  const temporary = staging.target.at(temporaryPath(entry.path));
  discard(staging, entry.path);
  linkSync(staging.target.at(entry.target), temporary);
  await stage(staging, entry, 0);
}

/** Sets owner, mode and a stated time where a path stands; its content stays. */
export async function correctMetadata(
  staging: Staging,
  entry: WantedFile | WantedDirectory | WantedSymlink,
): Promise<void> {
  await setPathMetadata(staging, entry, staging.target.at(entry.path));
  staging.onPlaced(entry);
}

async function setPathMetadata(
  staging: Staging,
  entry: WantedFile | WantedDirectory | WantedSymlink,
  place: string,
): Promise<void> {
  if (entry.type === 'symlink') {
    lchownSync(place, entry.uid, entry.gid);
    const time = entry.timed === true ? mtimeOf(entry) : undefined;
    if (time !== undefined) lutimesSync(place, time, time);
    return;
  }
  const fd = openSync(place, entry.type === 'directory' ? READ | constants.O_DIRECTORY : READ);
  try {
    fchownSync(fd, entry.uid, entry.gid);
    fchmodSync(fd, entry.mode);
    const time = entry.type === 'file' && entry.timed === true ? mtimeOf(entry) : undefined;
    if (time !== undefined) futimesSync(fd, time, time);
    if (entry.xattrs !== undefined)
      await writeXattrs(staging.run, new Map([[`/proc/${process.pid}/fd/${fd}`, entry.xattrs]]), 'follow');
  } finally {
    closeSync(fd);
  }
}

/** Removes a path that a package had put there; a directory only when it is empty. */
export function removePath(staging: Staging, row: InstalledPath): void {
  const place = staging.target.at(row.path);
  if (row.type === 'directory') {
    rmdirSync(place);
    return;
  }
  keepOld(staging, row.path, place);
  unlinkSync(place);
}

/** Brings a version of the history back to its path, over what stands there; `kept` is its file, and stays. */
export function restorePath(staging: Staging, version: KeptVersion, kept: string): void {
  const place = staging.target.at(version.path);
  keepOld(staging, version.path, place);
  const temporary = staging.target.at(temporaryPath(version.path));
  discard(staging, version.path);
  if (version.type === 'file') copyVersion(kept, temporary);
  else {
    symlinkSync(version.target, temporary);
    lchownSync(temporary, version.uid, version.gid);
  }
  renameSync(temporary, place);
}
