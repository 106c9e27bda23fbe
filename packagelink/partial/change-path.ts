// Single changes of a partial run, other than file contents. In: one wanted entry or row. Out: that path put right.
// Never: decides; follows a link at the end of a path.
import { closeSync, constants, lchownSync, linkSync, lstatSync, mkdirSync } from 'node:fs';
import { openSync, renameSync, rmdirSync, symlinkSync, unlinkSync } from 'node:fs';
import { setMetadata, setMetadataOfPath } from '../filesystem/file-metadata.ts';
import type { KeptVersion } from '../state/history.ts';
import { copyVersion, moveVersion } from '../filesystem/keep-version.ts';
import { makeSpecial } from '../native/device-nodes.ts';
import { discard, keepOld, stage, temporaryPath } from './stage-files.ts';
import { replaceAtOnce } from '../filesystem/replace-at-once.ts';
import type { Staging } from './stage-files.ts';
import type { InstalledPath } from '../tree/installed-path.ts';
import type { WantedDirectory, WantedFile, WantedHardlink, WantedSpecial, WantedSymlink } from '../tree/tree.ts';

const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Makes a directory, in place of a file or link if there is one. */
export function makeDirectory(staging: Staging, entry: WantedDirectory): void {
  const place = staging.target.at(entry.path);
  const temporary = staging.target.at(temporaryPath(entry.path));
  discard(staging, entry.path);
  mkdirSync(temporary, 0o700);
  setPathMetadata(temporary, entry, { isNew: true });
  if (lstatSync(place, { throwIfNoEntry: false }) !== undefined) keepOld(staging, entry.path, place);
  replaceAtOnce(temporary, place);
  staging.onPlaced(entry);
}

/** Stages a symbolic link or a special file. */
export function stageOther(staging: Staging, entry: WantedSymlink | WantedSpecial): void {
  const temporary = staging.target.at(temporaryPath(entry.path));
  discard(staging, entry.path);
  if (entry.type === 'symlink') symlinkSync(entry.target, temporary);
  else makeSpecial(temporary, entry.node, 0o600);
  setMetadataOfPath(temporary, entry);
  stage(staging, entry, 0);
}

/** Stages another name of a file that is in place. */
export function stageHardlink(staging: Staging, entry: WantedHardlink): void {
  const temporary = staging.target.at(temporaryPath(entry.path));
  discard(staging, entry.path);
  linkSync(staging.target.at(entry.target), temporary);
  stage(staging, entry, 0);
}

/** Sets owner, mode, attributes and a stated time where a path stands; its content stays. */
export function correctMetadata(
  staging: Staging,
  entry: WantedFile | WantedDirectory | WantedSymlink | WantedSpecial,
): void {
  setPathMetadata(staging.target.at(entry.path), entry);
  staging.onPlaced(entry);
}

function setPathMetadata(
  place: string,
  entry: WantedFile | WantedDirectory | WantedSymlink | WantedSpecial,
  options: { readonly isNew?: boolean } = {},
): void {
  const { mtimeSeconds: _seconds, mtimeNanoseconds: _nanoseconds, ...timeless } = entry;
  const wanted = 'timed' in entry ? entry : timeless;
  if (wanted.type === 'symlink' || wanted.type === 'special') {
    setMetadataOfPath(place, wanted);
    return;
  }
  const fd = openSync(place, wanted.type === 'directory' ? READ | constants.O_DIRECTORY : READ);
  try {
    setMetadata(fd, wanted, options);
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
  const to = staging.kept.get(row.path);
  if (to !== undefined && lstatSync(place).isFile()) moveVersion(place, to);
  else unlinkSync(place);
}

/** Brings a version of the history back to its path, over what stands there; `kept` is its file, and stays. */
export function restorePath(staging: Staging, version: KeptVersion, kept: string): void {
  const place = staging.target.at(version.path);
  const to = staging.kept.get(version.path);
  if (to !== undefined && lstatSync(place, { throwIfNoEntry: false })?.isFile() === true) copyVersion(place, to);
  const temporary = staging.target.at(temporaryPath(version.path));
  discard(staging, version.path);
  if (version.type === 'file') copyVersion(kept, temporary);
  else {
    symlinkSync(version.target, temporary);
    lchownSync(temporary, version.uid, version.gid);
  }
  renameSync(temporary, place);
}
