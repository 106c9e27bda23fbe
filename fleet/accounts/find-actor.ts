// Who asks, by their token. In: the header `Authorization`. Out: an account and its role. Of a token only the digest is stored.
// Never: says why a token is not good.
import { createHash } from 'node:crypto';
import { lesserRole, roleSchema } from '../../contract/fleet/operation.ts';
import { parseEdge } from '../../lib/parse-edge.ts';
import type { Actor, Fleet } from '../fleet.ts';
import { OperationError } from '../operations/operation-error.ts';

/** How often the store notes that a token was used. */
const NOTED_EVERY_MS = 60_000;

/** The token is random, so a plain digest of it tells nobody what it is. */
export const digestOfSecret = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** Without a header, it is anyone. @throws OperationError for a token that is not, or no longer, good */
export async function findActor(fleet: Fleet, authorization: string | undefined): Promise<Actor> {
  if (authorization === undefined) return { name: 'anyone', role: 'anyone' };
  const [, secret = ''] = /^Bearer ([\w-]{20,100})$/i.exec(authorization) ?? [];
  const row = secret === '' ? undefined : await findCredential(fleet, digestOfSecret(secret));
  if (row === undefined || row.isDisabled === 1 || row.expiresAt <= fleet.now()) {
    throw new OperationError('unauthenticated', 'the token is not good, or no longer', {
      hint: 'gutinteg fleet login, or a new token: gutinteg fleet token add',
    });
  }
  await noteUse(fleet, row);
  const [own, ofAccount] = [row.role, row.accountRole].map((role) =>
    parseEdge(roleSchema, role, 'a role of the store'),
  );
  if (own === undefined || ofAccount === undefined) throw new Error('there are two roles');
  // An account that has been made less takes its tokens with it.
  const only = row.only === '' ? {} : { only: row.only };
  return { name: row.account, role: lesserRole(own, ofAccount), credential: row.id, ...only };
}

const findCredential = ({ store }: Fleet, secretDigest: string) =>
  store.queries
    .selectFrom('credentials')
    .innerJoin('accounts', 'accounts.name', 'credentials.account')
    .select([
      'credentials.id',
      'credentials.account',
      'credentials.role',
      'credentials.only',
      'credentials.expiresAt',
      'credentials.lastUsedAt',
      'accounts.role as accountRole',
      'accounts.isDisabled',
    ])
    .where('secretDigest', '=', secretDigest)
    .executeTakeFirst();

async function noteUse({ store, now }: Fleet, { id, lastUsedAt }: { id: number; lastUsedAt: number | null }) {
  if (lastUsedAt !== null && now() - lastUsedAt < NOTED_EVERY_MS) return;
  const note = store.queries.updateTable('credentials').set({ lastUsedAt: now() }).where('id', '=', id);
  await note.execute();
}
