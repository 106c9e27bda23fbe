// Plain files of one pack for another thread. In: a pack as it was fetched, and what of it is wanted. Out: a batch that
// can be sent, and from it, there, the files. Never: takes a file that needs more than bytes, owner, mode and time; uses
// bytes before they are checked.
import { isMarkedAsUntransferable } from 'node:worker_threads';
import { UserError } from '../../lib/errors.ts';
import { WrongBytesError, openPack } from '../contents/fetch.ts';
import { layWhole } from './lay-file.ts';
import type { Pack } from '../package/manifest.ts';
import type { PackRead } from '../contents/plan-reads.ts';
import { inodeOf } from '../tree/path-stat.ts';
import type { PathStat } from '../tree/path-stat.ts';

/** Files in columns: a thousand small objects take longer to send than the files to write. */
export type FileBatch = {
  /** The target's real path. */
  readonly root: string;
  /** The pack as it was fetched. */
  readonly stored: Uint8Array<ArrayBuffer>;
  readonly pack: Pack;
  readonly paths: readonly string[];
  /** NUMBERS for each file. */
  readonly numbers: Float64Array<ArrayBuffer>;
  /** Whether the sender needs the raw bytes, too. */
  readonly wantsRaw: boolean;
};

/** What came of it: STATS for each file; the first that failed; or what is wrong with the pack. */
export type BatchAnswer =
  | { readonly stats: Float64Array<ArrayBuffer>; readonly raw?: Uint8Array<ArrayBuffer> }
  | { readonly failed: { readonly path: string; readonly message: string } }
  | { readonly wrong: { readonly message: string; readonly hint: string | undefined } };

const NUMBERS = 7;
const STATS = 8;
// A double has 53 bits, and an inode number may have 64.
const HALF = 2 ** 32;

/** Whether a read is a whole file that another thread can make. */
export function isForBatch({ file, isFirst, isLast }: PackRead): boolean {
  const { content, xattrs, sparse, onFat } = file;
  const isPlain = content.kind === 'packed' && xattrs === undefined && sparse !== true && onFat !== true;
  return isFirst && isLast && isPlain && file.class !== 'mutable' && file.mtimeSeconds !== undefined;
}

/** Reads of one pack, all of them such, as a message. */
export function encodeBatch(
  reads: readonly PackRead[],
  given: Pick<FileBatch, 'root' | 'pack' | 'wantsRaw'> & { readonly stored: Uint8Array },
): FileBatch {
  const numbers = new Float64Array(reads.length * NUMBERS);
  let at = 0;
  for (const { file, offset, length } of reads) {
    numbers[at] = offset;
    numbers[at + 1] = length;
    numbers[at + 2] = file.mode;
    numbers[at + 3] = file.uid;
    numbers[at + 4] = file.gid;
    numbers[at + 5] = file.mtimeSeconds ?? 0;
    numbers[at + 6] = file.mtimeNanoseconds ?? 0;
    at += NUMBERS;
  }
  return { ...given, stored: transferable(given.stored), paths: reads.map(({ file }) => file.path), numbers };
}

// A small buffer shares its memory with others, which may not go with it.
function transferable(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const isOwn = bytes.buffer instanceof ArrayBuffer && !isMarkedAsUntransferable(bytes.buffer);
  return isOwn ? (bytes as Uint8Array<ArrayBuffer>) : Uint8Array.from(bytes);
}

/** Makes the files. The directories exist, and the umask is zero. */
export function layBatch(batch: FileBatch): BatchAnswer {
  const { root, pack, paths, numbers, wantsRaw } = batch;
  let raw: Uint8Array<ArrayBuffer>;
  try {
    raw = openPack(batch.stored, pack);
  } catch (error) {
    if (error instanceof WrongBytesError) return { wrong: { message: error.message, hint: error.hint } };
    throw error;
  }
  const stats = new Float64Array(paths.length * STATS);
  for (const [row, path] of paths.entries()) {
    const at = row * NUMBERS;
    const [offset = 0, length = 0] = [numbers[at], numbers[at + 1]];
    const file = {
      path,
      mode: numbers[at + 2] ?? 0,
      uid: numbers[at + 3] ?? 0,
      gid: numbers[at + 4] ?? 0,
      mtimeSeconds: numbers[at + 5] ?? 0,
      mtimeNanoseconds: numbers[at + 6] ?? 0,
      content: { sizeBytes: length },
    };
    try {
      const stat = layWhole(root, file, raw.subarray(offset, offset + length));
      if (stat !== undefined) putStat(stats, row, stat);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return { failed: { path, message: error.cause instanceof Error ? error.cause.message : String(error) } };
    }
  }
  return wantsRaw ? { stats, raw: transferable(raw) } : { stats };
}

function putStat(stats: Float64Array, row: number, stat: PathStat): void {
  const at = row * STATS;
  stats[at] = stat.mode;
  stats[at + 1] = stat.uid;
  stats[at + 2] = stat.gid;
  stats[at + 3] = stat.sizeBytes;
  const inode = BigInt(stat.inode);
  stats[at + 4] = Number(inode & BigInt(HALF - 1));
  stats[at + 7] = Number(inode / BigInt(HALF));
  stats[at + 5] = stat.mtimeMs;
  stats[at + 6] = stat.ctimeMs;
}

/** What the stats of an answer say of one file. */
export function statInRow(stats: Float64Array<ArrayBuffer>, row: number): PathStat {
  const at = (index: number) => stats[row * STATS + index] ?? 0;
  return {
    mode: at(0),
    uid: at(1),
    gid: at(2),
    sizeBytes: at(3),
    inode: inodeOf(BigInt(at(7)) * BigInt(HALF) + BigInt(at(4))),
    mtimeMs: at(5),
    ctimeMs: at(6),
  };
}
