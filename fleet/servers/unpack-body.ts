// A body as it was sent, unpacked. In: bytes and their Content-Encoding. Out: bytes. Never: more than a bounded number of them:
// a few bytes may stand for gigabytes.
import { promisify } from 'node:util';
import { gunzip, zstdDecompress } from 'node:zlib';

const unpackers = {
  gzip: promisify(gunzip),
  zstd: promisify(zstdDecompress),
} as const;

export type UnpackResult =
  | { readonly kind: 'unpacked'; readonly bytes: Uint8Array }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'damaged'; readonly why: string };

/** @param encoding of the header `Content-Encoding`: gzip, zstd, identity or empty */
export async function unpackBody(body: Uint8Array, encoding: string, maxBytes: number): Promise<UnpackResult> {
  if (encoding === '' || encoding === 'identity') return { kind: 'unpacked', bytes: body };
  if (!isKnown(encoding)) return { kind: 'damaged', why: `the content encoding ${encoding} is not gzip or zstd` };
  try {
    return { kind: 'unpacked', bytes: await unpackers[encoding](body, { maxOutputLength: maxBytes }) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') return { kind: 'too-large' };
    return { kind: 'damaged', why: `the body is not ${encoding}` };
  }
}

const isKnown = (encoding: string): encoding is keyof typeof unpackers => Object.hasOwn(unpackers, encoding);
