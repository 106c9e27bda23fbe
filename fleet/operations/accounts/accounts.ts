// Accounts. In: inputs of operations. Out: their implementations. Never: a password or its hash in an answer or in the audit log;
// takes away the last admin's rights by mistake of an account's owner.
import { done } from '../../../contract/fleet/api/fields.ts';
import * as api from '../../../contract/fleet/api/accounts.ts';
import { roleSchema } from '../../../contract/fleet/operation.ts';
import { parseEdge } from '../../../lib/parse-edge.ts';
import { endSessions } from '../../accounts/credentials.ts';
import { logInAs } from '../../accounts/log-in.ts';
import { fitsPassword, hashPassword } from '../../accounts/passwords.ts';
import { implement, implementChange } from '../implement.ts';
import type { Change } from '../implement.ts';
import { OperationError } from '../operation-error.ts';

const listAccounts = implement(api.listAccounts, async ({ store, now }) => {
  const accounts = await store.queries.selectFrom('accounts').selectAll().orderBy('name').execute();
  const credentials = await store.queries
    .selectFrom('credentials')
    .select(({ fn }) => ['account', 'kind', fn.countAll<number>().as('count')])
    .where('expiresAt', '>', now())
    .groupBy(['account', 'kind'])
    .execute();
  const countOf = (name: string, wanted: string): number =>
    credentials.find(({ account, kind }) => account === name && kind === wanted)?.count ?? 0;
  return {
    users: accounts.map(({ name, role, createdAt, isDisabled, passwordHash, lockedUntil }) => ({
      name,
      role: parseEdge(roleSchema, role, 'a role of the store'),
      createdAt,
      isDisabled: isDisabled === 1,
      hasPassword: passwordHash !== '',
      lockedUntil: (lockedUntil ?? 0) > now() ? lockedUntil : null,
      sessions: countOf(name, 'session'),
      tokens: countOf(name, 'token'),
    })),
  };
});

const addAccount = implementChange(api.addAccount, {
  prepare: async (_, { password }) => (password === undefined ? '' : hashPassword(password)),
  run: async ({ transaction, at }, { name, role }, passwordHash) => {
    const row = { name, role, passwordHash, isDisabled: 0, createdAt: at, failedLogins: 0, lockedUntil: null };
    const { numInsertedOrUpdatedRows = 0n } = await transaction
      .insertInto('accounts')
      .values(row)
      .onConflict((conflict) => conflict.column('name').doNothing())
      .executeTakeFirstOrThrow();
    if (numInsertedOrUpdatedRows === 0n) {
      throw new OperationError('conflict', `there is an account ${name} already; nothing was changed`);
    }
    return done;
  },
  tell: ({ name, role }) => ({ subject: name, details: { role } }),
});

type Columns = Partial<{
  readonly role: string;
  readonly passwordHash: string;
  readonly isDisabled: number;
  readonly failedLogins: number;
  readonly lockedUntil: null;
}>;

/** @throws OperationError when there is no such account */
async function updateAccount({ transaction }: Change, name: string, changes: Columns): Promise<typeof done> {
  const { numUpdatedRows } = await transaction
    .updateTable('accounts')
    .set(changes)
    .where('name', '=', name)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows === 0n) throw noSuchAccount(name);
  return done;
}

const noSuchAccount = (name: string): OperationError =>
  new OperationError('not-found', `there is no account ${name}`, { hint: 'gutinteg fleet user list' });

const unlocked = { failedLogins: 0, lockedUntil: null };
const tellName = ({ name }: { readonly name: string }) => ({ subject: name });

const setRole = implementChange(api.setRole, {
  run: (change, { name, role }) => updateAccount(change, name, { role }),
  tell: ({ name, role }) => ({ subject: name, details: { role } }),
});

const setPassword = implementChange(api.setPassword, {
  prepare: (_, { password }) => hashPassword(password),
  run: async (change, { name }, passwordHash) => {
    await updateAccount(change, name, { passwordHash, ...unlocked });
    await endSessions(change.transaction, name);
    return done;
  },
  tell: tellName,
});

const changeOwnPassword = implementChange(api.changeOwnPassword, {
  prepare: async ({ store }, { password, newPassword }, { name }) => {
    const account = await store.queries
      .selectFrom('accounts')
      .select('passwordHash')
      .where('name', '=', name)
      .executeTakeFirst();
    if (account === undefined) throw noSuchAccount(name);
    if (await fitsPassword(password, account.passwordHash)) return hashPassword(newPassword);
    throw new OperationError('denied', 'the former password is wrong; nothing was changed');
  },
  run: async (change, _, passwordHash) => {
    const { name, credential } = change.actor;
    await updateAccount(change, name, { passwordHash });
    await endSessions(change.transaction, name, credential);
    return done;
  },
  tell: (_, __, { name }) => ({ subject: name }),
});

const disableAccount = implementChange(api.disableAccount, {
  run: (change, { name }) => updateAccount(change, name, { isDisabled: 1 }),
  tell: tellName,
});

const enableAccount = implementChange(api.enableAccount, {
  run: (change, { name }) => updateAccount(change, name, { isDisabled: 0, ...unlocked }),
  tell: tellName,
});

const removeAccount = implementChange(api.removeAccount, {
  run: async ({ transaction }, { name }) => {
    await transaction.deleteFrom('credentials').where('account', '=', name).execute();
    const { numDeletedRows } = await transaction
      .deleteFrom('accounts')
      .where('name', '=', name)
      .executeTakeFirstOrThrow();
    if (numDeletedRows === 0n) throw noSuchAccount(name);
    return done;
  },
  tell: tellName,
});

export const accountOperations = [
  // It writes its own entry, as a failure must be counted, too.
  implement(api.logIn, (fleet, input) => logInAs(fleet, input)),
  implement(api.showSelf, (_, __, { name, role }) => Promise.resolve({ name, role })),
  listAccounts,
  addAccount,
  setRole,
  setPassword,
  changeOwnPassword,
  disableAccount,
  enableAccount,
  removeAccount,
];
