// The bytes of a SavedRange: zstd with a checksum, so that runs of zeros cost nothing and damage is detected.
// In: bytes, or a range. Out: the other one. Never: I/O.
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { UserError } from '../lib/errors.ts';
import type { SavedRange } from './disk-record.ts';

/** Packs what lies at `offsetBytes` of a disk. */
export function packRange(
  range: Pick<SavedRange, 'what' | 'type' | 'offsetBytes'>,
  bytes: Uint8Array<ArrayBuffer>,
): SavedRange {
  const packed = zstdCompressSync(bytes, { params: { [constants.ZSTD_c_checksumFlag]: 1 } });
  return { ...range, sizeBytes: bytes.length, encoding: 'zstd', bytes: packed.toString('base64') };
}

/** The bytes of a range, `sizeBytes` of them. @throws UserError when they are damaged or not as many */
export function unpackRange(range: SavedRange): Uint8Array<ArrayBuffer> {
  const what = `the saved bytes at ${range.offsetBytes}`;
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    const packed = Buffer.from(range.bytes, 'base64');
    bytes = new Uint8Array(zstdDecompressSync(packed, { maxOutputLength: range.sizeBytes }));
  } catch (cause) {
    throw new UserError(`${what} are damaged`, { exitCode: 2, cause });
  }
  if (bytes.length === range.sizeBytes) return bytes;
  throw new UserError(`${what} are ${bytes.length} instead of ${range.sizeBytes}`, { exitCode: 2 });
}
