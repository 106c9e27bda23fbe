// The files of a full install. In: a tree, a fetcher, an empty target. Out: files with owner, mode and time.
// Never: writes a file twice, or in two threads; goes on after the first that failed.
import { sha256 } from './digest.ts';
import type { Fetcher } from './fetch.ts';
import { createFile, failed, finishFile, layWhole } from './lay-file.ts';
import { layInThread } from './lay-in-thread.ts';
import { planReads } from './plan-reads.ts';
import type { PackRead } from './plan-reads.ts';
import { preprocess } from './preprocess.ts';
import { readPacks } from './read-packs.ts';
import type { PathStat } from './state.ts';
import type { MergedTree, TreeEntry, WantedFile } from './tree.ts';
import { bytesAtHand, isAtHand } from './tree-source.ts';
import { writeRun } from './write-bytes.ts';

/** What one full run shares. */
export type LayRun = {
  /** The target's real path. */
  readonly root: string;
  /** SHA-256 of what templates became, by path. */
  readonly digests: Map<string, string>;
  /** Mutable paths that were there before and stayed. */
  readonly kept: Set<string>;
  /** What each file was when it was complete. */
  readonly stats: Map<string, PathStat>;
  /** Files of several packs that are not complete yet, by path. */
  readonly open: Map<string, number>;
};

export type LayFilesOptions = {
  readonly tree: MergedTree;
  readonly fetcher: Fetcher;
  readonly onProgress?: ((doneBytes: number, totalBytes: number) => void) | undefined;
  /** From how many files on a second thread is worth its start. */
  readonly twoThreadsFrom?: number;
};

const TWO_THREADS_FILES = 4000;

/** Writes all files of a tree, each pack read once; the directories exist. Expects a umask of zero. */
export async function layFiles(options: LayFilesOptions, run: LayRun): Promise<void> {
  const { tree, fetcher, onProgress, twoThreadsFrom = TWO_THREADS_FILES } = options;
  const files = tree.entries.filter((entry) => entry.type === 'file');
  let doneBytes = 0;
  for (const file of files) {
    if (!isAtHand(file.content)) continue;
    layFile(file, bytesAtHand(file.content), run);
    doneBytes += file.content.sizeBytes;
  }
  await using second = files.length < twoThreadsFrom ? undefined : layInThread(run.root, run.stats);
  for await (const { work, raw } of readPacks(planReads(files), fetcher)) {
    if (raw instanceof Error) throw raw;
    const rest = second?.take(work.reads, raw) ?? work.reads;
    for (const read of rest) writeRead(read, raw, run);
    second?.hand();
    for (const read of work.reads) doneBytes += read.length;
    onProgress?.(doneBytes, tree.rawBytes);
  }
  await second?.finish();
}

function writeRead(read: PackRead, raw: Uint8Array, run: LayRun): void {
  const { file, offset, length } = read;
  if (read.isFirst && read.isLast) {
    layFile(file, raw.subarray(offset, offset + length), run);
    return;
  }
  if (read.isFirst) {
    const created = createFile(run.root, file, () => isKept(file, run));
    if (created !== undefined) run.open.set(file.path, created);
  }
  const fd = run.open.get(file.path);
  if (fd === undefined) return;
  try {
    writeRun(fd, raw, read, file);
  } catch (error) {
    throw failed(file.path, error);
  }
  if (!read.isLast) return;
  run.open.delete(file.path);
  run.stats.set(file.path, finishFile(fd, file));
}

function layFile(file: WantedFile, source: Uint8Array, run: LayRun): void {
  let bytes = source;
  if (file.content.kind === 'template') {
    bytes = preprocess(source, file.content.defines, `${file.path} of ${file.owner}`);
    run.digests.set(file.path, sha256(bytes));
  }
  const stat = layWhole(run.root, file, bytes, () => isKept(file, run));
  if (stat === undefined) run.digests.delete(file.path);
  else run.stats.set(file.path, stat);
}

/** Whether what is already at this path stays: only where the path is mutable. */
export function isKept(entry: TreeEntry, run: LayRun): boolean {
  if (entry.class !== 'mutable') return false;
  run.kept.add(entry.path);
  return true;
}
