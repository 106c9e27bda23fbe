// A list, unpacked. In: its file, and its name, whose end says how it is packed. Out: its bytes. Bounded: 1 GiB; 100 MB where
// Node cannot unpack it and a program of the system does.
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import type { Transform } from 'node:stream';
import { runCommand } from '../../lib/run-command.ts';
import type { Chunks } from './index-kinds/index-kind.ts';

const MAX_BYTES = 1024 ** 3;

const streams: Readonly<Record<string, () => Transform>> = { gz: createGunzip, zst: createZstdDecompress };
const programs: Readonly<Record<string, string>> = { xz: 'xz', lzma: 'xz', bz2: 'bzip2' };

/** @throws Error on the way if it is damaged, larger than it may be, or its program is missing */
export async function* openCompressed(file: string, name: string): Chunks {
  const ending = /\.(\w+)$/.exec(name)?.[1] ?? '';
  const program = programs[ending];
  if (program !== undefined) {
    const { stdout } = await runCommand([program, '-dc', '--', file], { stdoutEncoding: 'latin1' });
    yield Buffer.from(stdout, 'latin1');
    return;
  }
  const unpack = streams[ending];
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
