// How archives are compressed. In: the first bytes of a file. Out: which program decompresses it, and how. Never: I/O.
import type { Argv } from '../../lib/run-command.ts';

export type Compression = {
  readonly suffix: string;
  readonly magic: readonly number[];
  /** Makes `FILE` of `FILE.suffix`. */
  readonly decompress: (file: string) => Argv;
  /** The Debian package of the program. */
  readonly debianPackage: string;
};

const COMPRESSIONS: readonly Compression[] = [
  {
    suffix: 'gz',
    magic: [0x1f, 0x8b],
    decompress: (file) => ['gzip', '--decompress', '--quiet', `${file}.gz`],
    debianPackage: 'gzip',
  },
  {
    suffix: 'xz',
    magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00],
    decompress: (file) => ['xz', '--decompress', '--quiet', '--threads=1', `${file}.xz`],
    debianPackage: 'xz-utils',
  },
  {
    suffix: 'zst',
    magic: [0x28, 0xb5, 0x2f, 0xfd],
    decompress: (file) => ['zstd', '--decompress', '--quiet', '--rm', '-o', file, `${file}.zst`],
    debianPackage: 'zstd',
  },
  {
    suffix: 'bz2',
    magic: [0x42, 0x5a, 0x68],
    decompress: (file) => ['bzip2', '--decompress', '--quiet', `${file}.bz2`],
    debianPackage: 'bzip2',
  },
  {
    suffix: 'lz4',
    magic: [0x04, 0x22, 0x4d, 0x18],
    decompress: (file) => ['lz4', '--decompress', '--quiet', '--rm', `${file}.lz4`, file],
    debianPackage: 'lz4',
  },
];

/** Undefined for what is not compressed by any of them. */
export function findCompression(head: Uint8Array): Compression | undefined {
  return COMPRESSIONS.find(({ magic }) => magic.every((byte, index) => head[index] === byte));
}
