// Fills packs. In: contents, one after the other. Out: packs in the store, and where each content's bytes lie.
// Never: reads a tree; holds more than a few packs in memory.
import { promisify } from 'node:util';
import { constants, zstdCompress } from 'node:zlib';
import { sha256OnPool } from '../package/digest.ts';
import { PACK_RAW_BYTES } from '../package/manifest.ts';
import type { Pack } from '../package/manifest.ts';
import { writePack } from '../store/store.ts';
import type { Store } from '../store/store.ts';
import type { PackSlice } from '../tree/tree.ts';

const compress = promisify(zstdCompress);
const LEVEL = 9;
const IN_FLIGHT = 3;

/** Bytes of one content, in order: at most PACK_RAW_BYTES, which are copied. */
type AddPiece = (sha256: string, bytes: Uint8Array) => Promise<void>;

export type PackWriter = {
  readonly add: AddPiece;
  /** Stores what is left, and answers where the bytes of each content lie, by its SHA-256. */
  readonly end: () => Promise<Map<string, PackSlice[]>>;
  /** Waits for what is under way: after an error too nothing may be written once the caller gives up the lock. */
  readonly settle: () => Promise<void>;
  /** Stored bytes of all packs so far. */
  readonly storedBytes: () => number;
};

type Piece = { readonly slices: PackSlice[]; readonly index: number; readonly offset: number; readonly length: number };
type OpenPack = { readonly raw: Buffer<ArrayBuffer>; readonly pieces: Piece[]; usedBytes: number };

/** Puts pieces into packs in the order in which they come. Without a store it only says what would be where. */
export function createPackWriter(store: Store | undefined): PackWriter {
  const slices = new Map<string, PackSlice[]>();
  const running = new Set<Promise<void>>();
  let open = openPack();
  let storedBytes = 0;
  let count = 0;
  const place = (into: OpenPack, sha256: string, bytes: Uint8Array): void => {
    const own = slices.get(sha256) ?? [];
    slices.set(sha256, own);
    into.pieces.push({ slices: own, index: own.length, offset: into.usedBytes, length: bytes.length });
    // The slices of a large content keep their order although its packs may be done in another.
    own.length += 1;
    into.raw.set(bytes, into.usedBytes);
    into.usedBytes += bytes.length;
  };
  const finish = async ({ raw, pieces, usedBytes }: OpenPack): Promise<void> => {
    count += 1;
    const used = raw.subarray(0, usedBytes);
    const pack = store === undefined ? imaginaryPack(count, usedBytes) : await storePack(store, used);
    for (const { slices, index, offset, length } of pieces) slices[index] = { pack, offset, length };
    storedBytes += pack.sizeBytes;
  };
  const close = async (full: OpenPack): Promise<void> => {
    const tracked = finish(full).finally(() => running.delete(tracked));
    running.add(tracked);
    if (running.size >= IN_FLIGHT) await Promise.race(running);
  };
  const settle = async () => void (await Promise.allSettled(running));
  return {
    add: async (sha256, bytes) => {
      if (bytes.length === PACK_RAW_BYTES) {
        const own = openPack();
        place(own, sha256, bytes);
        return await close(own);
      }
      if (open.usedBytes + bytes.length > PACK_RAW_BYTES) {
        const full = open;
        open = openPack();
        place(open, sha256, bytes);
        return await close(full);
      }
      place(open, sha256, bytes);
    },
    end: async () => {
      if (open.usedBytes > 0) await close(open);
      await Promise.all(running);
      return slices;
    },
    settle,
    storedBytes: () => storedBytes,
  };
}

function openPack(): OpenPack {
  return { raw: Buffer.allocUnsafeSlow(PACK_RAW_BYTES), pieces: [], usedBytes: 0 };
}

function imaginaryPack(number: number, rawBytes: number): Pack {
  return { sha256: number.toString(16).padStart(64, '0'), sizeBytes: rawBytes, rawBytes };
}

async function storePack(store: Store, raw: Buffer<ArrayBuffer>): Promise<Pack> {
  const chunkSize = raw.length + Math.ceil(raw.length / 128) + 1024;
  // With its size in the frame's header, a pack is opened straight into the buffer that is handed on, without a window.
  const sized = { chunkSize, pledgedSrcSize: raw.length };
  const bytes = await compress(raw, { ...sized, params: { [constants.ZSTD_c_compressionLevel]: LEVEL } });
  const pack = { sha256: await sha256OnPool(bytes), sizeBytes: bytes.length, rawBytes: raw.length };
  await writePack(store, pack, bytes);
  return pack;
}
