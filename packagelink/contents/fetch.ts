// Bytes of the store, from wherever it is, checked before anything uses them.
// In: a Fetcher (directory or HTTP) and what a manifest says of a pack. Out: verified raw bytes. Never: writes.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { zstdDecompress, zstdDecompressSync } from 'node:zlib';
import { UserError } from '../../lib/errors.ts';
import { sha256, sha256OnPool } from '../package/digest.ts';
import type { Pack } from '../package/manifest.ts';

const decompress = promisify(zstdDecompress);
const LARGEST_BUFFER_BYTES = 8 * 1024 * 1024;

/** A file of the store that is not what was published. Fetching it again from the same store would not help. */
export class WrongBytesError extends UserError {
  override readonly name = 'WrongBytesError';
}

/** A file of the store: `manifests/<sha256>`, `manifests/<sha256>.sig`, `deltas/<sha256>-<sha256>` or `packs/<sha256>`. */
type StorePath = `manifests/${string}` | `deltas/${string}` | `packs/${string}`;

/** Reads one file of a store. What it returns is not trusted: every caller checks digest and size. */
export type Fetcher = (path: StorePath) => Promise<Uint8Array<ArrayBuffer>>;

/** A Fetcher over a store in a local directory. */
export function directoryFetcher(dir: string): Fetcher {
  return async (path) => await readFile(join(dir, path));
}

/** Fetches a pack, whose name is the digest of the file. @throws WrongBytesError */
export async function fetchVerified(fetcher: Fetcher, path: `packs/${string}`): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await fetchBytes(fetcher, path);
  await verifyBytes(path, bytes, path.slice(path.indexOf('/') + 1));
  return bytes;
}

/**
 * Checks what was fetched, before anything uses it.
 * @throws WrongBytesError that names the file, the digest expected and the one found.
 */
export async function verifyBytes(path: string, bytes: Uint8Array<ArrayBuffer>, expected: string): Promise<void> {
  compareDigests(path, bytes, { expected, found: await sha256OnPool(bytes) });
}

function compareDigests(
  path: string,
  bytes: Uint8Array,
  { expected, found }: Record<'expected' | 'found', string>,
): void {
  if (found === expected) return;
  throw new WrongBytesError(
    `fetching ${path}: wrong bytes: expected SHA-256 ${expected}, found ${found} (${bytes.length} bytes); none were used`,
    { hint: 'check the store on the server and every cache between it and this machine' },
  );
}

/** Like the fetcher itself, with an error that says what was being fetched. */
export async function fetchBytes(fetcher: Fetcher, path: StorePath): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await fetcher(path);
  } catch (error) {
    throw new UserError(`fetching ${path} failed`, { cause: error });
  }
}

/**
 * Fetches one pack, checks its digest, and only then decompresses it, to exactly `rawBytes`.
 * @throws WrongBytesError when the bytes are not the published ones.
 */
export async function fetchPack(fetcher: Fetcher, pack: Pack): Promise<Uint8Array<ArrayBuffer>> {
  const stored = await fetchVerified(fetcher, `packs/${pack.sha256}`);
  return checkLength(await decompressBounded(stored, pack.rawBytes, `pack ${pack.sha256}`), pack);
}

/**
 * The raw bytes of a pack that has been fetched, checked likewise, on the calling thread: for one that has nothing else to do.
 * @throws WrongBytesError when the bytes are not the published ones.
 */
export function openPack(stored: Uint8Array, pack: Pack): Uint8Array<ArrayBuffer> {
  compareDigests(`packs/${pack.sha256}`, stored, { expected: pack.sha256, found: sha256(stored) });
  try {
    return checkLength(zstdDecompressSync(stored, boundsOf(pack.rawBytes)), pack);
  } catch (error) {
    if (error instanceof WrongBytesError) throw error;
    throw new WrongBytesError(`decompressing pack ${pack.sha256} failed`, { cause: error });
  }
}

function checkLength(raw: Uint8Array<ArrayBuffer>, pack: Pack): Uint8Array<ArrayBuffer> {
  if (raw.length === pack.rawBytes) return raw;
  throw new WrongBytesError(`pack ${pack.sha256} holds ${raw.length} bytes, but its manifest says ${pack.rawBytes}`);
}

/** Decompresses one zstd frame on the thread pool; more than `maxBytes` of output is an error, not memory. */
export async function decompressBounded(
  stored: Uint8Array,
  maxBytes: number,
  what: string,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await decompress(stored, boundsOf(maxBytes));
  } catch (error) {
    throw new WrongBytesError(`decompressing ${what} failed`, { cause: error });
  }
}

// One output buffer with a byte to spare: a single job for the pool instead of one for each 16 KiB. But no larger than a
// pack needs: buffers of the bound for manifests, side by side, keep the kernel from forking (ENOMEM).
function boundsOf(maxBytes: number): { chunkSize: number; maxOutputLength: number } {
  const chunkSize = Math.min(Math.max(64, maxBytes + 1), LARGEST_BUFFER_BYTES);
  return { chunkSize, maxOutputLength: Math.max(1, maxBytes) };
}
