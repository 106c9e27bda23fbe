// The site's key pair. In: the state directory. Out: node:crypto keys, signatures. Never: a private key outside it.
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfThere } from '../../lib/read-if-there.ts';
import { UserError } from '../../lib/errors.ts';
import { writeFileForOwner } from '../../lib/write-file-for-owner.ts';

/** The site's ed25519 key pair; `publicPem` is what machines carry to check manifests. */
export type SiteKey = { readonly privateKey: KeyObject; readonly publicKey: KeyObject; readonly publicPem: string };

/**
 * Loads `keys/site.key` (PEM, 0600) of a state directory, or makes it and `keys/site.pub` when there is none.
 * @throws UserError when the key file cannot be read or is no ed25519 key.
 */
export async function loadOrCreateSiteKey(stateDir: string): Promise<SiteKey> {
  const file = join(stateDir, 'keys', 'site.key');
  const privateKey = (await readPrivateKey(file)) ?? (await createPrivateKeyFile(file));
  const publicKey = createPublicKey(privateKey);
  const publicPem = publicKey.export({ type: 'spki', format: 'pem' });
  const publicFile = join(stateDir, 'keys', 'site.pub');
  if ((await readIfThere(publicFile))?.toString() !== publicPem) await writeFileForOwner(publicFile, publicPem);
  return { privateKey, publicKey, publicPem };
}

/** Reads a public key from PEM text. @throws UserError when it is no ed25519 key. */
export function parsePublicKey(pem: string, what: string): KeyObject {
  return parseKey(() => createPublicKey(pem), what);
}

/** The same of several, in their order. */
export function parsePublicKeys(pems: readonly string[]): KeyObject[] {
  return pems.map((pem, index) => parsePublicKey(pem, `public key ${index}`));
}

/**
 * What the site's key signs. A manifest is named by the digest of its canonical bytes; `storedDigest` is that of the
 * compressed file, so that nothing is decompressed that the site has not made.
 */
export type Statement =
  | { readonly kind: 'manifest'; readonly digest: string; readonly storedDigest: string }
  | { readonly kind: 'delta'; readonly from: string; readonly to: string; readonly storedDigest: string };

/** A signature in base64. */
export function signStatement(statement: Statement, privateKey: KeyObject): string {
  return sign(null, signedMessage(statement), privateKey).toString('base64');
}

/** Whether any of several public keys made this signature. */
export function isSignedBy(statement: Statement, signature: string, publicKeys: readonly KeyObject[]): boolean {
  const bytes = Buffer.from(signature, 'base64');
  return publicKeys.some((key) => verify(null, signedMessage(statement), key, bytes));
}

// The prefix keeps a signature from standing for anything else that the key may sign one day.
function signedMessage(statement: Statement): Buffer {
  const names = statement.kind === 'manifest' ? statement.digest : `${statement.from} ${statement.to}`;
  return Buffer.from(`gutinteg ${statement.kind} ${names} ${statement.storedDigest}\n`);
}

async function readPrivateKey(file: string): Promise<KeyObject | undefined> {
  const pem = (await readIfThere(file))?.toString();
  return pem === undefined ? undefined : parseKey(() => createPrivateKey(pem), file);
}

async function createPrivateKeyFile(file: string): Promise<KeyObject> {
  await mkdir(join(file, '..'), { recursive: true, mode: 0o700 });
  const { privateKey } = generateKeyPairSync('ed25519');
  await writeFileForOwner(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), 0o600);
  return privateKey;
}

function parseKey(parse: () => KeyObject, what: string): KeyObject {
  let key: KeyObject;
  try {
    key = parse();
  } catch (error) {
    throw new UserError(`reading the key ${what}: not PEM`, { exitCode: 2, cause: error });
  }
  if (key.asymmetricKeyType === 'ed25519') return key;
  throw new UserError(`reading the key ${what}: expected ed25519, found ${key.asymmetricKeyType}`, { exitCode: 2 });
}
