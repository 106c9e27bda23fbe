// How a host proves that a request is its own. In: a request as both ends see it, a key. Out: a signature, or whether one fits.
// The signature is over the request and not the connection, so that proxies and relays may stand in between.
import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** Headers of a host's request. */
export const requestHeaders = { host: 'gutinteg-host', signature: 'gutinteg-signature' } as const;

export type SignedRequest = {
  readonly hostId: string;
  readonly method: string;
  /** As it was sent, with its query. */
  readonly path: string;
  /** As it was sent, compressed or not. */
  readonly body: Uint8Array;
};

/** The signature in base64url: 86 characters. */
export const signRequest = (request: SignedRequest, privateKey: KeyObject): string =>
  sign(null, messageOf(request), privateKey).toString('base64url');

/** Whether the key has made this signature over this request. */
export const isSignedRequest = (request: SignedRequest, signature: string, publicKey: KeyObject): boolean =>
  verify(null, messageOf(request), publicKey, Buffer.from(signature, 'base64url'));

// Begins unlike whatever else is signed by a key of this project.
function messageOf({ hostId, method, path, body }: SignedRequest): Buffer {
  const digest = createHash('sha256').update(body).digest('base64url');
  return Buffer.from(`gutinteg fleet request\n${hostId}\n${method}\n${path}\n${digest}\n`);
}

/** @param publicKey 32 bytes in base64url @throws Error when they are no ed25519 key */
export const readHostKey = (publicKey: string): KeyObject =>
  createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' });

/** The public half of a private key: 32 bytes in base64url. */
export function publicKeyText(privateKey: KeyObject): string {
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' });
  if (x === undefined) throw new Error('not an ed25519 key');
  return x;
}

/** @param pem PKCS #8 in PEM @throws Error when it is none */
export const readPrivateKey = (pem: string): KeyObject => createPrivateKey(pem);
