// Plain files of one pack for another thread. In: reads of a pack and its bytes. Out: a batch that can be sent, and from
// it, there, the files. Never: takes a file that needs more than bytes, owner, mode and time.
import { isMarkedAsUntransferable } from 'node:worker_threads';
import { layWhole } from './lay-file.ts';
import type { PackRead } from './plan-reads.ts';
import type { PathStat } from './state.ts';

/** Files in columns: a thousand small objects take longer to send than the files to write. */
export type FileBatch = {
  readonly raw: Uint8Array<ArrayBuffer>;
  readonly paths: readonly string[];
  /** NUMBERS for each file. */
  readonly numbers: Float64Array<ArrayBuffer>;
};

/** What came of it: STATS for each file, or the first that failed. */
export type BatchAnswer =
  | { readonly stats: Float64Array<ArrayBuffer> }
  | { readonly failed: { readonly path: string; readonly message: string } };

const NUMBERS = 7;
const STAT_KEYS = ['mode', 'uid', 'gid', 'sizeBytes', 'inode', 'mtimeMs', 'ctimeMs'] as const;
const STATS = STAT_KEYS.length;

/** Whether a read is a whole file that another thread can make. */
export function isForBatch({ file, isFirst, isLast }: PackRead): boolean {
  const { content, xattrs, sparse, onFat } = file;
  const isPlain = content.kind === 'packed' && xattrs === undefined && sparse !== true && onFat !== true;
  return isFirst && isLast && isPlain && file.class !== 'mutable' && file.mtimeSeconds !== undefined;
}

/** Reads of one pack as a message. */
export function encodeBatch(reads: readonly PackRead[], raw: Uint8Array): FileBatch {
  const numbers = new Float64Array(reads.length * NUMBERS);
  for (const [row, { file, offset, length }] of reads.entries()) {
    const { mode, uid, gid, mtimeSeconds = 0, mtimeNanoseconds = 0 } = file;
    numbers.set([offset, length, mode, uid, gid, mtimeSeconds, mtimeNanoseconds], row * NUMBERS);
  }
  return { raw: transferable(raw), paths: reads.map(({ file }) => file.path), numbers };
}

// A small buffer shares its memory with others, which may not go with it.
function transferable(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const isOwn = bytes.buffer instanceof ArrayBuffer && !isMarkedAsUntransferable(bytes.buffer);
  return isOwn ? (bytes as Uint8Array<ArrayBuffer>) : Uint8Array.from(bytes);
}

/** Makes the files. The directories exist, and the umask is zero. */
export function layBatch(root: string, { raw, paths, numbers }: FileBatch): BatchAnswer {
  const stats = new Float64Array(paths.length * STATS);
  for (const [row, path] of paths.entries()) {
    const [offset = 0, length = 0, mode = 0, uid = 0, gid = 0, mtimeSeconds = 0, mtimeNanoseconds = 0] =
      numbers.subarray(row * NUMBERS, (row + 1) * NUMBERS);
    const file = { path, mode, uid, gid, mtimeSeconds, mtimeNanoseconds, content: { sizeBytes: length } };
    try {
      const stat = layWhole(root, file, raw.subarray(offset, offset + length));
      if (stat !== undefined)
        stats.set(
          STAT_KEYS.map((key) => stat[key]),
          row * STATS,
        );
    } catch (error) {
      const { cause } = error as Error;
      return { failed: { path, message: cause instanceof Error ? cause.message : String(error) } };
    }
  }
  return { stats };
}

/** What the stats of an answer say of one file. */
export function statInRow(stats: Float64Array<ArrayBuffer>, row: number): PathStat {
  const at = (index: number) => stats[row * STATS + index] ?? 0;
  return {
    mode: at(0),
    uid: at(1),
    gid: at(2),
    sizeBytes: at(3),
    inode: at(4),
    mtimeMs: at(5),
    ctimeMs: at(6),
  };
}
