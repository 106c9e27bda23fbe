// Passwords, as the store keeps them. In: a password. Out: parameters, salt and hash of scrypt as one text; whether a password
// fits one. A few at a time, as each needs 32 MiB. Never: says what was wrong; keeps a password.
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { createTurns } from '../servers/turns.ts';

type Parameters = { readonly N: number; readonly r: number; readonly p: number };

/** What new hashes are made with; old ones say theirs. @see RFC 7914 §2, OWASP's Password Storage Cheat Sheet */
const today: Parameters = { N: 2 ** 15, r: 8, p: 3 };
const HASH_BYTES = 32;
const MAX_MEMORY = 256 * 1024 * 1024;

const hashWith = promisify(
  (password: string, salt: Uint8Array, { N, r, p }: Parameters, done: (error: Error | null, hash: Buffer) => void) => {
    scrypt(password.normalize('NFC'), salt, HASH_BYTES, { N, r, p, maxmem: MAX_MEMORY }, done);
  },
);

const turns = createTurns(2);

/** `scrypt$32768$8$3$SALT$HASH`, both in base64url. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await turns(() => hashWith(password, salt, today));
  return ['scrypt', today.N, today.r, today.p, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

/** Takes as long for an account that has no password, or that nobody has. */
export async function fitsPassword(password: string, stored: string | undefined): Promise<boolean> {
  const known = parse(stored ?? '');
  const { salt, hash, parameters } = known ?? nobody;
  const given = await turns(() => hashWith(password, salt, parameters));
  return timingSafeEqual(given, hash) && known !== undefined;
}

const nobody = { salt: randomBytes(16), hash: Buffer.alloc(HASH_BYTES), parameters: today };

function parse(stored: string): typeof nobody | undefined {
  const [kind, N, r, p, salt = '', hash = ''] = stored.split('$');
  if (kind !== 'scrypt') return undefined;
  const bytes = Buffer.from(hash, 'base64url');
  if (bytes.length !== HASH_BYTES) return undefined;
  const parameters = { N: Number(N), r: Number(r), p: Number(p) };
  return { salt: Buffer.from(salt, 'base64url'), hash: bytes, parameters };
}
