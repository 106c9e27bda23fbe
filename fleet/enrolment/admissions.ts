// Enrolment tokens. In: for whom. Out: a token, shown once; only its digest is stored. Never: writes a token anywhere.
import { createHash, randomBytes } from 'node:crypto';
import { UserError } from '../../lib/errors.ts';
import type { Store, StoreTransaction } from '../store/open-store.ts';

export type NewAdmission = {
  /** `once` lets one host in at once; `site` any number, each of which waits for a yes unless `approves`. */
  readonly kind: 'once' | 'site';
  /** Where hosts of this token stand; may be empty. */
  readonly site: string;
  readonly approves: boolean;
  readonly createdBy: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly expiresAt: number;
};

/** @returns the token, which cannot be read again @throws UserError for a time that has passed */
export async function makeAdmission(
  transaction: StoreTransaction,
  { kind, site, approves, createdBy, createdAt, expiresAt }: NewAdmission,
): Promise<string> {
  if (expiresAt <= createdAt) throw new UserError('an enrolment token must expire later than now', { exitCode: 2 });
  const token = randomBytes(24).toString('base64url');
  const row = { kind, site, approves: approves ? 1 : 0, createdBy, createdAt, expiresAt, usedAt: null, uses: 0 };
  await transaction
    .insertInto('admissions')
    .values({ ...row, tokenDigest: digestOfToken(token) })
    .execute();
  return token;
}

/** Locked until the transaction ends: a token for one host is not given to two at the same time. */
export const findAdmission = (store: Store, transaction: StoreTransaction, token: string) =>
  store
    .lockRows(transaction.selectFrom('admissions').selectAll())
    .where('tokenDigest', '=', digestOfToken(token))
    .executeTakeFirst();

export async function useAdmission(transaction: StoreTransaction, id: number, at: number): Promise<void> {
  await transaction
    .updateTable('admissions')
    .set(({ eb }) => ({ usedAt: at, uses: eb('uses', '+', 1) }))
    .where('id', '=', id)
    .execute();
}

/** The token is random, so a plain digest of it tells nobody what it is. */
const digestOfToken = (token: string): string => createHash('sha256').update(token).digest('hex');
