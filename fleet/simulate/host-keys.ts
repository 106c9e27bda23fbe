// The keys of simulated hosts: real ones of ed25519, made from one secret, so that 110,000 of them need no memory. In: a secret, a
// number. Out: a key. Never: the key of a host that is not simulated.
import { createHmac, createPrivateKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** PKCS #8 of ed25519 up to the 32 bytes of the seed (RFC 8410, section 7). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** @param secret 32 random bytes, of one run */
export function keyOfHost(secret: Uint8Array, host: number): KeyObject {
  const seed = createHmac('sha256', secret).update(`host ${host}`).digest();
  return createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
}
