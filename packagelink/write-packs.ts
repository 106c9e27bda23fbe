// Fills packs. In: a plan of packs and the tree. Out: packs in the store. Never: a pack before its bytes are checked.
import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, zstdCompress } from 'node:zlib';
import { sha256OnPool } from './digest.ts';
import type { Pack } from './manifest.ts';
import type { PackPiece } from './plan-packs.ts';
import { changed, readRange } from './read-contents.ts';
import { writePack } from './store.ts';
import type { Store } from './store.ts';
import type { PackSlice } from './tree.ts';

const compress = promisify(zstdCompress);
const LEVEL = 9;
const IN_FLIGHT = 3;

type Job = {
  readonly store: Store;
  readonly tree: string;
  readonly packs: readonly (readonly PackPiece[])[];
  /** Called as packs are done, with the raw bytes in them. */
  readonly onPacked: (rawBytes: number) => void;
};

/**
 * Reads, compresses and stores packs, a few at a time. Answers where each content's bytes lie, by its SHA-256.
 * @throws UserError when a file is not what its digest said a moment ago.
 */
export async function writePacks({ store, tree, packs, onPacked }: Job): Promise<Map<string, PackSlice[]>> {
  const slices = new Map<string, PackSlice[]>();
  const digests = new Map<string, Hash>();
  const running = new Set<Promise<void>>();
  const pack = async (pieces: readonly PackPiece[], raw: Buffer<ArrayBuffer>) => {
    const own = pieces.map((piece) => reserveSlice(slices, piece));
    const stored = await storePack(store, raw);
    let offset = 0;
    for (const [index, { length }] of pieces.entries()) {
      own[index]?.({ pack: stored, offset, length });
      offset += length;
    }
    onPacked(raw.length);
  };
  try {
    for (const pieces of packs) {
      const job = pack(pieces, readPieces(tree, pieces, digests));
      const tracked = job.finally(() => running.delete(tracked));
      running.add(tracked);
      if (running.size >= IN_FLIGHT) await Promise.race(running);
    }
    await Promise.all(running);
  } finally {
    // After an error too nothing is written any more once the caller gives up the lock.
    await Promise.allSettled(running);
  }
  return slices;
}

// The chunks of a large file keep their order although its packs may be done in another.
function reserveSlice(
  slices: Map<string, PackSlice[]>,
  { content, sourceOffset }: PackPiece,
): (slice: PackSlice) => void {
  const list = slices.get(content.sha256) ?? [];
  slices.set(content.sha256, list);
  const index = sourceOffset === 0 ? 0 : list.length;
  list.length = index + 1;
  return (slice) => {
    list[index] = slice;
  };
}

function readPieces(tree: string, pieces: readonly PackPiece[], digests: Map<string, Hash>): Buffer<ArrayBuffer> {
  const raw = Buffer.alloc(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let offset = 0;
  for (const { content, sourceOffset, length } of pieces) {
    const buffer = raw.subarray(offset, offset + length);
    const digest = digests.get(content.sha256) ?? createHash('sha256');
    digests.set(content.sha256, digest);
    readRange(tree, content, { offset: sourceOffset, length, buffer }, (bytes) => digest.update(bytes));
    if (sourceOffset + length === content.sizeBytes) {
      digests.delete(content.sha256);
      if (digest.digest('hex') !== content.sha256) throw changed(content.path);
    }
    offset += length;
  }
  return raw;
}

async function storePack(store: Store, raw: Buffer<ArrayBuffer>): Promise<Pack> {
  const chunkSize = raw.length + Math.ceil(raw.length / 128) + 1024;
  const bytes = await compress(raw, { chunkSize, params: { [constants.ZSTD_c_compressionLevel]: LEVEL } });
  const pack = { sha256: await sha256OnPool(bytes), sizeBytes: bytes.length, rawBytes: raw.length };
  await writePack(store, pack, bytes);
  return pack;
}
