// New contents beside the old, then all renamed at once. In: files and their bytes. Out: replaced files.
// Never: a file that is partly new; a rename before its bytes are on the disk.
import { closeSync, constants, lstatSync, openSync, rmdirSync, unlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UserError, describeError } from '../../lib/errors.ts';
import type { ConfinedDirectories } from '../filesystem/confined-directory.ts';
import { sha256 } from '../package/digest.ts';
import { setMetadata } from '../filesystem/file-metadata.ts';
import { keepVersion } from '../filesystem/keep-version.ts';
import type { PackRead } from '../contents/plan-reads.ts';
import { replaceAtOnce } from '../filesystem/replace-at-once.ts';
import { parentOf } from '../package/package-path.ts';
import type { TreeEntry, WantedFile } from '../tree/tree.ts';
import { finishLength, writeRun } from '../filesystem/write-bytes.ts';

const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
// A batch costs two waits for the disk, and its space twice.
const BATCH_FILES = 4096;
const BATCH_BYTES = 64 * 1024 * 1024;

/** The files of one partial run that are written but not yet in place. */
export type Staging = {
  readonly target: ConfinedDirectories;
  /** Flushes the file systems of these paths. */
  readonly sync: (paths: readonly string[]) => void;
  /** Where the version that gives way is kept, by path. */
  readonly kept: ReadonlyMap<string, string>;
  /** Deletes what the plan says of a directory that becomes something else. */
  readonly clear: (path: string) => void;
  /** Called for a path that is in place, or with the error that kept it away. */
  readonly onPlaced: (entry: TreeEntry, error?: string) => void;
  readonly open: Map<WantedFile, number>;
  /** Paths whose temporaries could not be removed. */
  readonly left: Set<string>;
  staged: TreeEntry[];
  stagedBytes: number;
};

/** Opens a new temporary file for a path; what a crashed run left under the same name goes. */
export function beginFile(staging: Staging, file: WantedFile): void {
  const temporary = staging.target.at(temporaryPath(file.path));
  discard(staging, file.path);
  staging.open.set(file, openSync(temporary, CREATE, 0o600));
}

/** Writes a run of bytes of a file that was begun. */
export function writeBytes(
  staging: Staging,
  file: WantedFile,
  bytes: Uint8Array,
  run: Pick<PackRead, 'offset' | 'length' | 'position'>,
): void {
  const fd = staging.open.get(file);
  if (fd !== undefined) writeRun(fd, bytes, run, file);
}

/** Gives a complete file its metadata and puts it in the batch. */
export function completeFile(staging: Staging, file: WantedFile): void {
  const fd = staging.open.get(file);
  if (fd === undefined) return;
  finishLength(fd, file);
  setMetadata(fd, file, { isNew: true });
  abandonFile(staging, file);
  stage(staging, file, file.content.sizeBytes);
}

/** Closes a file that was begun; its temporary stays for `discard`. */
export function abandonFile(staging: Staging, file: WantedFile): void {
  const fd = staging.open.get(file);
  if (fd !== undefined) closeSync(fd);
  staging.open.delete(file);
}

/** Removes the temporary of a path, if there is one. */
export function discard(staging: Staging, path: string): void {
  const temporary = staging.target.at(temporaryPath(path));
  const stat = lstatSync(temporary, { throwIfNoEntry: false });
  if (stat?.isDirectory() === true) rmdirSync(temporary);
  else if (stat !== undefined) unlinkSync(temporary);
}

/** Says why a path is not as it should be, and removes what was begun of it; a clean-up that fails is said, too. */
export function giveUp(staging: Staging, entry: TreeEntry, why: string): void {
  let more = '';
  try {
    if (entry.type === 'file') abandonFile(staging, entry);
    discard(staging, entry.path);
  } catch (error) {
    // Without its directory there is no temporary, either.
    if (!(error instanceof UserError)) {
      staging.left.add(entry.path);
      more = `; ${temporaryPath(entry.path)} could not be removed: ${describeError(error)}`;
    }
  }
  staging.onPlaced(entry, why + more);
}

/** Puts a path in the batch whose temporary is complete; a full batch is placed. */
export function stage(staging: Staging, entry: TreeEntry, sizeBytes: number): void {
  staging.staged.push(entry);
  staging.stagedBytes += sizeBytes;
  if (staging.staged.length >= BATCH_FILES || staging.stagedBytes >= BATCH_BYTES) placeStaged(staging);
}

/** Syncs the file systems that were written to, then renames the whole batch into place. */
export function placeStaged(staging: Staging): void {
  const batch = staging.staged;
  staging.staged = [];
  staging.stagedBytes = 0;
  if (batch.length === 0) return;
  try {
    syncTarget(staging);
  } catch (error) {
    const why = 'was not put in place, as what was written did not reach the disk';
    for (const entry of batch) giveUp(staging, entry, `${entry.path} ${why}: ${describeError(error)}`);
    return;
  }
  for (const entry of batch) {
    staging.target.trim();
    try {
      const place = staging.target.at(entry.path);
      keepOld(staging, entry.path, place);
      staging.clear(entry.path);
      // Only an empty directory gives way: what it holds is not ours.
      replaceAtOnce(join(dirname(place), basename(temporaryPath(entry.path))), place);
      // Renaming one name of a file to another of the same file does nothing.
      discard(staging, entry.path);
      staging.onPlaced(entry);
    } catch (error) {
      giveUp(staging, entry, `${entry.path} was not put in place, the old one stays: ${describeError(error)}`);
    }
  }
}

/** Puts what stands at a path into the history, if the plan says that it is worth keeping. */
export function keepOld({ kept }: Staging, path: string, place: string): void {
  const to = kept.get(path);
  if (to !== undefined && lstatSync(place, { throwIfNoEntry: false })?.isFile() === true) keepVersion(place, to);
}

/** Flushes every file system below the target that this run has touched, and those of other directories. */
export function syncTarget({ target, sync }: Staging, others: readonly string[] = []): void {
  sync([...target.onEachDevice(), ...others]);
}

/** The name that new content of a path has until it is complete: the same in each run, so that none is left behind. */
export function temporaryPath(path: string): string {
  const parent = parentOf(path);
  const name = `.gutinteg-${sha256(path).slice(0, 16)}`;
  return parent === undefined ? name : `${parent}/${name}`;
}
