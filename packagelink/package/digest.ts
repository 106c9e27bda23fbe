import { hash, webcrypto } from 'node:crypto';

/** SHA-256 in lower-case hexadecimal, on the calling thread: for small inputs. */
export function sha256(data: Uint8Array | string): string {
  return hash('sha256', data, 'hex');
}

/** SHA-256 in lower-case hexadecimal, on the thread pool: for packs, while the caller writes files. */
export async function sha256OnPool(data: Uint8Array<ArrayBuffer>): Promise<string> {
  return Buffer.from(await webcrypto.subtle.digest('SHA-256', data)).toString('hex');
}
