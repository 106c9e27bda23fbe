// Sessions and tokens of accounts. In: inputs of operations. Out: their implementations. Never: a secret in the audit log; a token
// of somebody else, but for admins.
import * as api from '../../../contract/fleet/api/accounts.ts';
import { done } from '../../../contract/fleet/api/fields.ts';
import { singleRights } from '../../../contract/fleet/api/single-rights.ts';
import type { SingleRight } from '../../../contract/fleet/api/single-rights.ts';
import { mayAct, roleSchema, roles } from '../../../contract/fleet/operation.ts';
import type { Role } from '../../../contract/fleet/operation.ts';
import { parseEdge } from '../../../lib/parse-edge.ts';
import { addCredential } from '../../accounts/credentials.ts';
import type { Actor } from '../../fleet.ts';
import type { StoreTransaction } from '../../store/open-store.ts';
import { implement, implementChange } from '../implement.ts';
import { OperationError } from '../operation-error.ts';

const A_DAY_MS = 86_400_000;

const addToken = implementChange(api.addToken, {
  run: async ({ transaction, actor, at }, { label, user, role, days, only }) => {
    const account = user ?? actor.name;
    if (account !== actor.name && actor.role !== 'admin') {
      throw new OperationError('denied', `only an admin makes tokens for others; ${actor.name} is ${actor.role}`);
    }
    const most = await roleOf(transaction, account);
    // A token must not be able to make one that may do more than itself.
    const wanted = role ?? roles.findLast((each) => mayAct(most, each) && mayAct(actor.role, each)) ?? most;
    if (!mayAct(most, wanted) || !mayAct(actor.role, wanted)) {
      const why = `${account} is ${most}, and ${actor.name}, who asks, is ${actor.role}`;
      throw new OperationError('denied', `a token of the role ${wanted} cannot be made: ${why}`);
    }
    if (only !== undefined) requireRight(only, wanted);
    const expiresAt = at + days * A_DAY_MS;
    const right = { role: wanted, ...(only === undefined ? {} : { only }) };
    const made = { account, kind: 'token', label, ...right, createdAt: at, expiresAt } as const;
    const { id, secret: token } = await addCredential(transaction, made);
    return { id, token, expiresAt };
  },
  tell: ({ label, user, days, only }, { id }, { name }) => ({
    subject: user ?? name,
    details: { id, label, days, ...(only === undefined ? {} : { only }) },
  }),
});

/** A right that the token's role lacks would be none. */
function requireRight(only: SingleRight, role: Role): void {
  const { role: needed } = singleRights[only];
  if (mayAct(role, needed)) return;
  throw new OperationError('denied', `${only} needs the role ${needed}, and the token would be ${role}; none was made`);
}

async function roleOf(transaction: StoreTransaction, account: string): Promise<Role> {
  const row = await transaction.selectFrom('accounts').select('role').where('name', '=', account).executeTakeFirst();
  if (row !== undefined) return parseEdge(roleSchema, row.role, 'a role of the store');
  throw new OperationError('not-found', `there is no account ${account}`, {
    hint: 'gutinteg fleet user list; a token is for an account: gutinteg fleet token add LABEL --user NAME',
  });
}

const listTokens = implement(api.listTokens, async ({ store, now }, _, { name, role }) => {
  let rows = store.queries
    .selectFrom('credentials')
    .select(['id', 'account', 'kind', 'label', 'role', 'only', 'createdAt', 'expiresAt', 'lastUsedAt'])
    .where('expiresAt', '>', now());
  if (role !== 'admin') rows = rows.where('account', '=', name);
  const tokens = await rows.orderBy('account').orderBy('id').execute();
  return {
    tokens: tokens.map(({ account: user, ...token }) => ({
      ...token,
      user,
      role: parseEdge(roleSchema, token.role, 'a role of the store'),
    })),
  };
});

async function remove(transaction: StoreTransaction, id: number, { name, role }: Actor): Promise<typeof done> {
  let rows = transaction.deleteFrom('credentials').where('id', '=', id);
  if (role !== 'admin') rows = rows.where('account', '=', name);
  const { numDeletedRows } = await rows.executeTakeFirstOrThrow();
  if (numDeletedRows > 0n) return done;
  throw new OperationError('not-found', `there is no session or token ${id}`, { hint: 'gutinteg fleet token list' });
}

const revokeToken = implementChange(api.revokeToken, {
  run: ({ transaction, actor }, { id }) => remove(transaction, id, actor),
  tell: ({ id }) => ({ subject: String(id) }),
});

const logOut = implementChange(api.logOut, {
  run: ({ transaction, actor }) => {
    if (actor.credential !== undefined) return remove(transaction, actor.credential, actor);
    throw new OperationError('bad-input', 'there is no session to end: whoever may use the socket needs none');
  },
  tell: (_, __, { name }) => ({ subject: name }),
});

export const tokenOperations = [addToken, listTokens, revokeToken, logOut];
