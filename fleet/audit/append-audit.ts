// A new entry at the end of the audit log. In: the transaction of the change that it tells of. Out: a row with the hash of the
// one before. Several servers append one after the other. Never: changes an entry; waits for another lock while it holds its own.
import type { Store, StoreTransaction } from '../store/open-store.ts';
import { FIRST_HASH, canonicalJson, hashOfEntry } from './audit-entry.ts';
import { formatHead, parseHead } from './audit-head.ts';

export type NewEntry = {
  readonly at: number;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly details?: Readonly<Record<string, unknown>>;
};

/** In `meta`: number and hash of the last entry. It is the lock, and shows that the newest entries were taken away. */
export const AUDIT_HEAD = 'audit-head';

export async function appendAudit(
  store: Pick<Store, 'lockRows'>,
  transaction: StoreTransaction,
  { details = {}, ...entry }: NewEntry,
): Promise<void> {
  const { seq, hash: previousHash } = await lockHead(store, transaction);
  const row = { ...entry, seq: seq + 1, detailsJson: canonicalJson(details), previousHash };
  const hash = hashOfEntry(row);
  await transaction
    .insertInto('audit')
    .values({ ...row, hash })
    .execute();
  await transaction
    .updateTable('meta')
    .set({ value: formatHead({ seq: row.seq, hash }) })
    .where('key', '=', AUDIT_HEAD)
    .execute();
}

async function lockHead(store: Pick<Store, 'lockRows'>, transaction: StoreTransaction) {
  const head = transaction.selectFrom('meta').select('value').where('key', '=', AUDIT_HEAD);
  const found = await store.lockRows(head).executeTakeFirst();
  if (found !== undefined) return parseHead(found.value);
  await transaction
    .insertInto('meta')
    .values({ key: AUDIT_HEAD, value: formatHead({ seq: 0, hash: FIRST_HASH }) })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .execute();
  return parseHead((await store.lockRows(head).executeTakeFirstOrThrow()).value);
}
