// How the server proves that an answer is its own, and the answer to this very question. In: what was asked, the bytes of
// the answer, the site's key. Out: a signature, or whether one fits. Never: I/O; a reason to believe what is not signed.
import { createHash, randomBytes, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** The client's random number goes with the request, the signature with the answer. */
export const signatureHeaders = { nonce: 'gutinteg-nonce', signature: 'gutinteg-signature' } as const;

const NONCE = /^[0-9a-f]{64}$/;

/** One question and its answer, as both ends saw them. */
export type SignedAnswer = {
  /** 64 hexadecimal digits that the client has made for this request: an answer of before does not fit. */
  readonly nonce: string;
  /** Of the request, as it was sent: `/v1/machines/by-mac/52:54:00:12:34:56`. */
  readonly path: string;
  /** What the request showed; whoever takes it off on the way gets an answer that is not for the machine. */
  readonly token: string | undefined;
  readonly body: Uint8Array;
};

/** @returns 64 hexadecimal digits that nobody can foresee */
export const makeNonce = (): string => randomBytes(32).toString('hex');

export const isNonce = (text: string | undefined): text is string => text !== undefined && NONCE.test(text);

/** The signature in base64, for its header. */
export function signAnswer(answer: SignedAnswer, privateKey: KeyObject): string {
  return sign(null, messageOf(answer), privateKey).toString('base64');
}

/** Whether any of several ed25519 keys made this signature. */
export function isSignedAnswer(answer: SignedAnswer, signature: string, publicKeys: readonly KeyObject[]): boolean {
  const bytes = Buffer.from(signature, 'base64');
  return publicKeys.some((key) => verify(null, messageOf(answer), key, bytes));
}

// Begins unlike the statements about manifests and deltas, which the same key signs. A path of HTTP has no space in it.
function messageOf({ nonce, path, token, body }: SignedAnswer): Buffer {
  const shown = token === undefined ? 'none' : sha256(token);
  return Buffer.from(`gutinteg answer ${nonce} ${path} ${shown} ${sha256(body)}\n`);
}

const sha256 = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
