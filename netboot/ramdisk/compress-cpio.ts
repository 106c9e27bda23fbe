import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { constants, zstdCompress } from 'node:zlib';
import { writeCpio } from './cpio.ts';
import type { RamdiskEntry } from './cpio.ts';

const compress = promisify(zstdCompress);

// Level 15 takes four times as long for 1 % less, level 19 fifteen times for 12 %.
const params = { [constants.ZSTD_c_compressionLevel]: 10 };

/**
 * The entries as a zstd-compressed initramfs archive; another may follow it directly.
 * In one piece: Node 26.10's compressing stream ends with an empty second frame, and with worker threads it loses data.
 */
export async function compressCpio(entries: readonly RamdiskEntry[]): Promise<Buffer> {
  return await compress(await buffer(writeCpio(entries)), { params });
}
