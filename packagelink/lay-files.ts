// The files of a full install. In: a tree, a fetcher, an empty target. Out: files with owner, mode and time.
// Never: one call more than needed; this runs twelve thousand times where a call costs twenty times as much as usual.
import { closeSync, constants, fchmodSync, fchownSync, openSync, unlinkSync } from 'node:fs';
import { UserError } from '../lib/errors.ts';
import { sha256 } from './digest.ts';
import type { Fetcher } from './fetch.ts';
import { setWantedTime } from './file-metadata.ts';
import { planReads } from './plan-reads.ts';
import type { PackRead } from './plan-reads.ts';
import { preprocess } from './preprocess.ts';
import { readPacks } from './read-packs.ts';
import type { MergedTree, TreeEntry, WantedFile } from './tree.ts';
import { bytesAtHand, isAtHand } from './tree-source.ts';
import { finishLength, writeRun } from './write-bytes.ts';
import { writeXattrs } from './xattrs.ts';

/** What one full run shares. */
export type LayRun = {
  /** The target's real path. */
  readonly root: string;
  /** SHA-256 of what templates became, by path. */
  readonly digests: Map<string, string>;
  /** Mutable paths that were there before and stayed. */
  readonly kept: Set<string>;
  /** Files of several packs that are not complete yet, by path. */
  readonly open: Map<string, number>;
};

type LayFilesOptions = {
  readonly tree: MergedTree;
  readonly fetcher: Fetcher;
  readonly onProgress?: ((doneBytes: number, totalBytes: number) => void) | undefined;
};

const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/** Writes all files of a tree, each pack read once; the directories exist. Expects a umask of zero. */
export async function layFiles({ tree, fetcher, onProgress }: LayFilesOptions, run: LayRun): Promise<void> {
  const files = tree.entries.filter((entry) => entry.type === 'file');
  let doneBytes = 0;
  for (const file of files) {
    if (!isAtHand(file.content)) continue;
    writeWhole(file, bytesAtHand(file.content), run);
    doneBytes += file.content.sizeBytes;
  }
  for await (const { work, raw } of readPacks(planReads(files), fetcher)) {
    if (raw instanceof Error) throw raw;
    for (const read of work.reads) {
      writeRead(read, raw, run);
      doneBytes += read.length;
    }
    onProgress?.(doneBytes, tree.rawBytes);
  }
}

function writeRead(read: PackRead, raw: Uint8Array, run: LayRun): void {
  const { file, offset, length } = read;
  if (read.isFirst && read.isLast) {
    writeWhole(file, raw.subarray(offset, offset + length), run);
    return;
  }
  if (read.isFirst) {
    const created = createFile(file, run);
    if (created !== undefined) run.open.set(file.path, created);
  }
  const fd = run.open.get(file.path);
  if (fd === undefined) return;
  writeRun(fd, raw, read, file);
  if (!read.isLast) return;
  run.open.delete(file.path);
  finishFile(fd, file);
}

function writeWhole(file: WantedFile, source: Uint8Array, run: LayRun): void {
  const fd = createFile(file, run);
  if (fd === undefined) return;
  let bytes = source;
  if (file.content.kind === 'template') {
    bytes = preprocess(source, file.content.defines, `${file.path} of ${file.owner}`);
    run.digests.set(file.path, sha256(bytes));
  }
  writeRun(fd, bytes, { offset: 0, length: bytes.length, position: 0 }, file);
  finishFile(fd, file);
}

// With the umask at zero the mode is right from the start: one call less for each of ten thousand files.
function createFile(file: WantedFile, run: LayRun): number | undefined {
  const absolute = `${run.root}/${file.path}`;
  try {
    return openSync(absolute, CREATE, file.mode & 0o777);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw failed(file.path, error);
  }
  if (isKept(file, run)) return undefined;
  try {
    unlinkSync(absolute);
    return openSync(absolute, CREATE, file.mode & 0o777);
  } catch (error) {
    throw failed(file.path, error);
  }
}

/** Whether what is already at this path stays: only where the path is mutable. */
export function isKept(entry: TreeEntry, run: LayRun): boolean {
  if (entry.class !== 'mutable') return false;
  run.kept.add(entry.path);
  return true;
}

function finishFile(fd: number, file: WantedFile): void {
  try {
    finishLength(fd, file);
    if (file.uid !== 0 || file.gid !== 0) fchownSync(fd, file.uid, file.gid);
    if (file.mode > 0o777) fchmodSync(fd, file.mode);
    if (file.xattrs !== undefined) writeXattrs(fd, file.xattrs);
    setWantedTime(fd, file);
  } catch (error) {
    throw failed(file.path, error);
  } finally {
    closeSync(fd);
  }
}

/** The error of one path, naming it. */
export function failed(path: string, cause: unknown): UserError {
  return new UserError(`laying down ${path} failed; the target is incomplete`, { cause });
}
