// A list, unpacked. In: its file, and its name, whose end says how it is packed; a place for what a program of the system unpacks.
// Out: its bytes. Bounded: 1 GiB.
import { createReadStream } from 'node:fs';
import { link, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import type { Transform } from 'node:stream';
import { runCommand } from '../../lib/run-command.ts';
import type { Chunks } from './index-kinds/index-kind.ts';

const MAX_BYTES = 1024 ** 3;

const streams: Readonly<Record<string, () => Transform>> = { gz: createGunzip, zst: createZstdDecompress };
/** Node cannot. */
const programs: Readonly<Record<string, string>> = { xz: 'xz', lzma: 'xz', bz2: 'bzip2' };

/**
 * @param aside a file name that nobody has
 * @throws Error on the way if it is damaged, larger than it may be, or its program is missing
 */
export async function* openCompressed(file: string, name: string, aside: string): Chunks {
  const ending = /\.(\w+)$/.exec(name)?.[1] ?? '';
  const program = programs[ending];
  if (program === undefined) {
    yield* readBounded(file, streams[ending]);
    return;
  }
  const packed = `${aside}.${ending}`;
  try {
    await link(file, packed);
    await runCommand(['prlimit', `--fsize=${MAX_BYTES}`, program, '-d', '-k', '-f', packed]);
    yield* readBounded(aside);
  } finally {
    await Promise.all([aside, packed].map((path) => rm(path, { force: true })));
  }
}

async function* readBounded(file: string, unpack?: () => Transform): Chunks {
  const source = createReadStream(file);
  // An error of either ends the loop below.
  const chunks = unpack === undefined ? source : pipeline(source, unpack(), () => undefined);
  let bytes = 0;
  for await (const chunk of chunks as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new Error(`is larger than ${MAX_BYTES} bytes when it is unpacked`);
    yield chunk;
  }
}
