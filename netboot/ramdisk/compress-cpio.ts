import { pipeline } from 'node:stream/promises';
import { buffer } from 'node:stream/consumers';
import { constants, createZstdCompress } from 'node:zlib';
import { writeCpio } from './cpio.ts';
import type { RamdiskEntry } from './cpio.ts';

// Level 15 takes four times as long for 1 % less, level 19 fifteen times for 12 %. No worker threads: with
// ZSTD_c_nbWorkers, Node 26.10's stream loses input without an error.
const params = { [constants.ZSTD_c_compressionLevel]: 10 };

/** The entries as a zstd-compressed initramfs archive, padded so that another may follow it. */
export async function compressCpio(entries: readonly RamdiskEntry[]): Promise<Buffer> {
  const compressed = await pipeline(writeCpio(entries), createZstdCompress({ params }), buffer);
  return Buffer.concat([compressed, Buffer.alloc((4 - (compressed.length % 4)) % 4)]);
}
