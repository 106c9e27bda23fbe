// The files of a full install. In: a tree, a fetcher, an empty target. Out: files with owner, mode and time.
// Never: writes a file twice, or in two threads; goes on after the first that failed.
import { sha256 } from '../package/digest.ts';
import type { Fetcher } from '../contents/fetch.ts';
import { createFile, failed, finishFile, layWhole } from './lay-file.ts';
import type { LaidPack } from './lay-in-threads.ts';
import type { PackRead, PackReads } from '../contents/plan-reads.ts';
import { preprocess } from '../package/preprocess.ts';
import { readPacks } from '../contents/read-packs.ts';
import type { PathStat } from '../tree/path-stat.ts';
import type { MergedTree, TreeEntry, WantedFile } from '../tree/tree.ts';
import { bytesAtHand, isAtHand } from '../contents/tree-source.ts';
import { writeRun } from '../filesystem/write-bytes.ts';

/** What one full run shares. */
export type LayRun = {
  /** The target's real path. */
  readonly root: string;
  /** SHA-256 of what templates became, by path. */
  readonly digests: Map<string, string>;
  /** Told of each file when it is complete. */
  readonly onLaid: (file: WantedFile, stat: PathStat) => void;
  /** Told of each file that stays as it was there before. */
  readonly onKept: (file: WantedFile) => void;
  /** Files of several packs that are not complete yet, by path. */
  readonly open: Map<string, number>;
};

type LayFilesOptions = {
  readonly tree: MergedTree;
  readonly files: readonly WantedFile[];
  /** The packs of these files. */
  readonly plan: readonly PackReads[];
  readonly fetcher: Fetcher;
  readonly onProgress?: ((doneBytes: number, totalBytes: number) => void) | undefined;
  /** What other threads make of the plan; without them, this one does it all. */
  readonly laidPacks: AsyncIterable<LaidPack> | undefined;
};

/** Writes all files of a tree, each pack read once; the directories exist. Expects a umask of zero. */
export async function layFiles(options: LayFilesOptions, run: LayRun): Promise<void> {
  const { tree, files, plan, fetcher, onProgress, laidPacks } = options;
  let doneBytes = 0;
  for (const file of files) {
    if (!isAtHand(file.content)) continue;
    layFile(file, bytesAtHand(file.content), run);
    doneBytes += file.content.sizeBytes;
  }
  const advance = (reads: readonly PackRead[]) => {
    for (const read of reads) doneBytes += read.length;
  };
  if (laidPacks === undefined) {
    for await (const { work, raw } of readPacks(plan, fetcher)) {
      if (raw instanceof Error) throw raw;
      for (const read of work.reads) writeRead(read, raw, run);
      advance(work.reads);
      onProgress?.(doneBytes, tree.rawBytes);
    }
    return;
  }
  for await (const { laid, statOf, rest, raw } of laidPacks) {
    for (const [index, { file }] of laid.entries()) run.onLaid(file, statOf(index));
    for (const read of rest) writeRead(read, raw, run);
    advance(laid);
    advance(rest);
    onProgress?.(doneBytes, tree.rawBytes);
  }
}

function writeRead(read: PackRead, raw: Uint8Array, run: LayRun): void {
  const { file, offset, length } = read;
  if (read.isFirst && read.isLast) {
    layFile(file, raw.subarray(offset, offset + length), run);
    return;
  }
  if (read.isFirst) {
    const created = createFile(run.root, file, () => isKept(file));
    if (created === undefined) run.onKept(file);
    else run.open.set(file.path, created);
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
  run.onLaid(file, finishFile(fd, file));
}

function layFile(file: WantedFile, source: Uint8Array, run: LayRun): void {
  let bytes = source;
  if (file.content.kind === 'template') {
    bytes = preprocess(source, file.content.defines, `${file.path} of ${file.owner}`);
    run.digests.set(file.path, sha256(bytes));
  }
  const stat = layWhole(run.root, file, bytes, () => isKept(file));
  if (stat !== undefined) {
    run.onLaid(file, stat);
    return;
  }
  run.digests.delete(file.path);
  run.onKept(file);
}

/** Whether what is already at this path stays. */
export function isKept(entry: TreeEntry): boolean {
  return entry.class === 'mutable';
}
