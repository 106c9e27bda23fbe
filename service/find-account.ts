// A user of this computer. In: a name or a number. Out: its numbers. Never: makes users.
import { z } from 'zod';
import { UserError } from '../lib/errors.ts';
import { parseEdge } from '../lib/parse-edge.ts';
import { runCommand } from '../lib/run-command.ts';

/** A user of this computer, from whatever source it is configured to ask. */
export type Account = {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
  /** False for a bare number, which has no groups. */
  readonly isKnown: boolean;
};

const NOT_FOUND = 2;
const accountSchema = z
  .tuple([z.string().min(1), z.string(), z.coerce.number().int(), z.coerce.number().int(), z.string(), z.string()])
  .rest(z.string())
  .transform(([name, , uid, gid, , home]): Account => ({ name, uid, gid, home, isKnown: true }));

/** A user by name, or by a number that need not have a name here, as that of a container has none. @throws UserError */
export async function needAccount(nameOrUid: string): Promise<Account> {
  const found = await findAccount(nameOrUid);
  if (found !== undefined) return found;
  const id = Number(nameOrUid);
  if (/^[1-9]\d{0,9}$/.test(nameOrUid)) return { name: `uid ${id}`, uid: id, gid: id, home: '/', isKnown: false };
  throw new UserError(`there is no user ${nameOrUid}; nothing was changed`, { exitCode: 2, hint: 'getent passwd' });
}

/** Looks a user up by name or number; undefined when there is none. @see getent(1), passwd(5) */
export async function findAccount(nameOrUid: string): Promise<Account | undefined> {
  const { exitCode, stdout } = await runCommand(['getent', 'passwd', '--', nameOrUid], { okExitCodes: [0, NOT_FOUND] });
  if (exitCode === NOT_FOUND) return undefined;
  return parseEdge(accountSchema, stdout.trimEnd().split(':'), `getent passwd ${nameOrUid}`);
}
