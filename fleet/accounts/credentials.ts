// Sessions and tokens: what an account shows instead of its password. In: for whom, for how long. Out: a secret, shown once.
// Bounded: each account has a number of them. Never: stores the secret itself.
import { randomBytes } from 'node:crypto';
import type { Role } from '../../contract/fleet/operation.ts';
import { OperationError } from '../operations/operation-error.ts';
import type { StoreTransaction } from '../store/open-store.ts';
import { digestOfSecret } from './find-actor.ts';

export type NewCredential = {
  readonly account: string;
  readonly kind: 'session' | 'token';
  readonly label: string;
  readonly role: Role;
  /** The name of the one operation that it is good for. */
  readonly only?: string;
  readonly createdAt: number;
  readonly expiresAt: number;
};

const MAX_SESSIONS = 20;
const MAX_TOKENS = 100;
/** By its first letters, programs that look for leaked secrets know it. */
const beginnings = { session: 'gifs_', token: 'gift_' } as const;

/** @throws OperationError when the account has too many tokens; of sessions, the oldest ends */
export async function addCredential(
  transaction: StoreTransaction,
  credential: NewCredential,
): Promise<{ readonly id: number; readonly secret: string }> {
  const { account, kind, createdAt } = credential;
  await transaction.deleteFrom('credentials').where('expiresAt', '<=', createdAt).execute();
  await makeRoom(transaction, account, kind);
  const secret = `${beginnings[kind]}${randomBytes(32).toString('base64url')}`;
  const row = { only: '', ...credential, secretDigest: digestOfSecret(secret), lastUsedAt: null };
  const { id } = await transaction.insertInto('credentials').values(row).returning('id').executeTakeFirstOrThrow();
  return { id, secret };
}

async function makeRoom(transaction: StoreTransaction, account: string, kind: 'session' | 'token'): Promise<void> {
  const rows = await transaction
    .selectFrom('credentials')
    .select('id')
    .where('account', '=', account)
    .where('kind', '=', kind)
    .orderBy('id')
    .execute();
  if (kind === 'token' && rows.length >= MAX_TOKENS) {
    throw new OperationError('too-many', `${account} has ${rows.length} tokens; nothing was made`, {
      hint: 'gutinteg fleet token list, and gutinteg fleet token revoke ID',
    });
  }
  const excess = kind === 'session' ? rows.slice(0, Math.max(0, rows.length - MAX_SESSIONS + 1)) : [];
  if (excess.length === 0) return;
  await transaction
    .deleteFrom('credentials')
    .where(
      'id',
      'in',
      excess.map(({ id }) => id),
    )
    .execute();
}

/** @param but one that stays */
export async function endSessions(transaction: StoreTransaction, account: string, but = 0): Promise<void> {
  await transaction
    .deleteFrom('credentials')
    .where('account', '=', account)
    .where('kind', '=', 'session')
    .where('id', '!=', but)
    .execute();
}
