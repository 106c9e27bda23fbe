// A manifest ↔ what the store holds of it. In: canonical bytes and a key, or stored bytes and keys. Out: the other,
// checked. Never: I/O; decompresses what no key has signed.
import type { KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, zstdCompress } from 'node:zlib';
import { UserError } from '../../lib/errors.ts';
import { sha256 } from '../package/digest.ts';
import { WrongBytesError, decompressBounded, verifyBytes } from '../contents/fetch.ts';
import { isSignedBy, signStatement } from './keys.ts';
import { DIGEST } from '../package/manifest.ts';

const compress = promisify(zstdCompress);
// Most of a manifest are digests, of which higher levels make more bytes, not fewer.
const LEVEL = 3;
const MAX_MANIFEST_BYTES = 256 * 1024 * 1024;

/** `digest` is the manifest's name; `signature` the text of its `.sig`: the digest of `stored`, a space, base64. */
export type SealedManifest = {
  readonly digest: string;
  readonly stored: Uint8Array<ArrayBuffer>;
  readonly signature: string;
};

/**
 * Compresses and signs canonical bytes. Where the store has them already, it is `present` that is signed: a manifest
 * that is in use is never replaced, although another version of zstd may come to other bytes.
 */
export async function sealManifest(
  raw: Uint8Array,
  privateKey: KeyObject,
  present?: Uint8Array<ArrayBuffer>,
): Promise<SealedManifest> {
  const digest = sha256(raw);
  const isSound = present !== undefined && (await isManifest(digest, present));
  const stored = isSound ? present : Uint8Array.from(await compressManifest(raw));
  const storedDigest = sha256(stored);
  const signature = signStatement({ kind: 'manifest', digest, storedDigest }, privateKey);
  return { digest, stored, signature: `${storedDigest} ${signature}\n` };
}

async function isManifest(digest: string, stored: Uint8Array): Promise<boolean> {
  return await openManifest(digest, stored).then(
    () => true,
    () => false,
  );
}

/** One zstd frame. */
export async function compressManifest(raw: Uint8Array, level = LEVEL): Promise<Buffer> {
  return await compress(raw, { params: { [constants.ZSTD_c_compressionLevel]: level } });
}

/**
 * The digest of the stored file, as a signature says it.
 * @throws WrongBytesError when none of these keys has signed it
 */
export function readSignature(digest: string, text: string, publicKeys: readonly KeyObject[]): string {
  const [storedDigest = '', signature = '', ...more] = text.trim().split(' ');
  const isSigned =
    DIGEST.test(storedDigest) &&
    more.length === 0 &&
    isSignedBy({ kind: 'manifest', digest, storedDigest }, signature, publicKeys);
  if (isSigned) return storedDigest;
  throw new WrongBytesError(`manifest ${digest} is not signed by this site's keys (${publicKeys.length} tried)`, {
    hint: 'publish the package again with the current site key',
  });
}

/** The canonical bytes of a manifest. @throws WrongBytesError when they are not those that it is named by */
export async function unsealManifest(
  { digest, stored, signature }: SealedManifest,
  publicKeys: readonly KeyObject[],
): Promise<Uint8Array<ArrayBuffer>> {
  await verifyBytes(`manifests/${digest}`, stored, readSignature(digest, signature, publicKeys));
  return await openManifest(digest, stored);
}

/** The same where no signature is asked for. @throws WrongBytesError when the bytes are not those that it is named by */
export async function openManifest(digest: string, stored: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const raw = await decompressBounded(stored, MAX_MANIFEST_BYTES, `manifest ${digest}`);
  await verifyBytes(`manifests/${digest}, decompressed`, raw, digest);
  return raw;
}

/** @throws UserError (exit code 2) when a text is no digest */
export function checkDigest(digest: string): void {
  if (!DIGEST.test(digest)) throw new UserError(`'${digest}' is not the digest of a manifest`, { exitCode: 2 });
}
