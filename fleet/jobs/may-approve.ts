// Whether somebody who said yes beforehand may still do so. In: a name. Out: yes or no, by the account as it is now.
import { mayAct, roleSchema } from '../../contract/fleet/operation.ts';
import { parseEdge } from '../../lib/parse-edge.ts';
import type { StoreTransaction } from '../store/open-store.ts';

/** Whoever uses the socket of the server's computer has no account. */
const LOCAL = 'local';

export async function mayApprove(transaction: StoreTransaction, name: string): Promise<boolean> {
  const accounts = transaction.selectFrom('accounts').select(['role', 'isDisabled']).where('name', '=', name);
  const account = await accounts.executeTakeFirst();
  if (account === undefined) return name === LOCAL;
  return account.isDisabled === 0 && mayAct(parseEdge(roleSchema, account.role, 'a role of the store'), 'approver');
}
