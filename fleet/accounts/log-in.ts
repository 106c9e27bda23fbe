// A name and a password become a session. In: both. Out: a token. After ten wrong passwords an account is locked for a quarter of
// an hour. Whatever is wrong, the answer is the same, and takes as long. Never: tells whether there is such an account.
import { roleSchema } from '../../contract/fleet/operation.ts';
import type { Role } from '../../contract/fleet/operation.ts';
import { describeError } from '../../lib/errors.ts';
import { parseEdge } from '../../lib/parse-edge.ts';
import { appendAudit } from '../audit/append-audit.ts';
import type { Fleet } from '../fleet.ts';
import { OperationError } from '../operations/operation-error.ts';
import { addCredential } from './credentials.ts';
import { fitsPassword } from './passwords.ts';

const SESSION_MS = 12 * 3600 * 1000;
const MOST_FAILURES = 10;
const LOCK_MS = 15 * 60 * 1000;
/** Each costs a processor a tenth of a second. */
const MAX_WAITING = 20;

let waiting = 0;
/** Wrong passwords that are still to be counted. The answer does not wait, as only a name that exists has a count. */
let counted: Promise<unknown> = Promise.resolve();

type LogIn = { readonly name: string; readonly password: string };
type Session = { readonly token: string; readonly role: Role; readonly expiresAt: number };

/** @throws OperationError */
export async function logInAs(fleet: Fleet, { name, password }: LogIn): Promise<Session> {
  if (waiting >= MAX_WAITING) throw new OperationError('too-many', 'too many log in at once', { hint: 'try again' });
  waiting += 1;
  try {
    // Whoever comes next, with whatever name, does.
    await counted;
    const account = await findAccount(fleet, name);
    const fits = await fitsPassword(password, account?.passwordHash);
    const isOpen = account !== undefined && account.isDisabled === 0 && (account.lockedUntil ?? 0) <= fleet.now();
    if (fits && isOpen) return await begin(fleet, name, account.passwordHash);
    if (!fits && isOpen) {
      counted = countFailure(fleet, name).catch((error: unknown) => {
        fleet.log.error({ error: describeError(error) }, 'a wrong password could not be counted');
      });
    }
  } finally {
    waiting -= 1;
  }
  throw new OperationError(
    'unauthenticated',
    'the name or the password is wrong, or the account is locked or disabled',
    {
      hint: `after ${MOST_FAILURES} wrong passwords it is locked for ${LOCK_MS / 60_000} minutes; an admin can open it: gutinteg fleet user enable NAME`,
    },
  );
}

const findAccount = ({ store }: Fleet, name: string) =>
  store.queries
    .selectFrom('accounts')
    .select(['passwordHash', 'isDisabled', 'lockedUntil'])
    .where('name', '=', name)
    .executeTakeFirst();

/** The password may have been changed, or the account disabled, while its hash was computed. */
function begin({ store, now }: Fleet, name: string, passwordHash: string): Promise<Session> {
  return store.transaction(async (transaction) => {
    const account = await store
      .lockRows(transaction.selectFrom('accounts').select(['role', 'passwordHash', 'isDisabled']))
      .where('name', '=', name)
      .executeTakeFirst();
    if (account?.passwordHash !== passwordHash || account.isDisabled === 1) {
      throw new OperationError('unauthenticated', 'the account has just been changed', { hint: 'try again' });
    }
    const [role, createdAt] = [parseEdge(roleSchema, account.role, 'a role of the store'), now()];
    const expiresAt = createdAt + SESSION_MS;
    const open = { failedLogins: 0, lockedUntil: null };
    await transaction.updateTable('accounts').set(open).where('name', '=', name).execute();
    const made = { account: name, kind: 'session', label: '', role, createdAt, expiresAt } as const;
    const { secret: token } = await addCredential(transaction, made);
    await appendAudit(store, transaction, { at: createdAt, actor: name, action: 'login', subject: name });
    return { token, role, expiresAt };
  });
}

/** Only the lock is worth an entry of the audit log: a stranger must not be able to fill it. */
async function countFailure({ store, now }: Fleet, name: string): Promise<void> {
  await store.transaction(async (transaction) => {
    const account = await store
      .lockRows(transaction.selectFrom('accounts').select('failedLogins'))
      .where('name', '=', name)
      .executeTakeFirst();
    const failedLogins = (account?.failedLogins ?? 0) + 1;
    const isLocked = failedLogins >= MOST_FAILURES;
    const changes = isLocked ? { failedLogins: 0, lockedUntil: now() + LOCK_MS } : { failedLogins };
    await transaction.updateTable('accounts').set(changes).where('name', '=', name).execute();
    if (!isLocked) return;
    const details = { wrongPasswords: failedLogins };
    await appendAudit(store, transaction, { at: now(), actor: 'anyone', action: 'lock-user', subject: name, details });
  });
}
