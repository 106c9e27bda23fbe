// From root to the user that serves. In: what was asked for. Out: the same program, executed again as that user, or
// nothing if there are no rights to drop. Never: opens a socket; serves as root unless asked to by name.
import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../lib/errors.ts';
import { runCommand } from '../lib/run-command.ts';
import { whenMissing } from '../lib/when-missing.ts';
import { decideUser } from './decide-user.ts';
import { findAccount, needAccount } from './find-account.ts';
import type { Account } from './find-account.ts';
import { handOver, readHandOver } from './hand-over.ts';
import { renderAccounts } from './render/accounts.ts';
import { isConfined, parseRights } from './rights.ts';
import { SERVICE_USER } from './service-user.ts';
import { setprivArgv } from './setpriv-argv.ts';

export type DropRequest = {
  readonly stateDir: string;
  /** `--user`. */
  readonly user: string | undefined;
  /** Files that the user must be able to read, such as site.yaml. */
  readonly mustRead: readonly string[];
  /** Told of what was changed. */
  readonly say: (line: string) => void;
};

/**
 * Replaces this process, when it is root's, by the same program with another user and two capabilities: its number,
 * arguments and standard files stay (execve(2) by way of setpriv(1)). Returns when there is nothing to drop.
 * @throws UserError (exit code 2) when there is no such user, or it may not read what it must
 */
export async function dropRights(request: DropRequest): Promise<void> {
  const rights = parseRights(await readFile('/proc/self/status', 'utf8'));
  const decision = decideUser({
    uid: rights.uid,
    confined: isConfined(rights),
    asked: request.user,
    stateOwner: await findStateOwner(request.stateDir),
    hasServiceUser: (await findAccount(SERVICE_USER)) !== undefined,
  });
  if (decision.kind === 'stay') return;
  if (decision.kind === 'make') await makeServiceUser(request);
  const account = await needAccount(decision.user);
  if (account.uid !== 0) {
    const steps = await readHandOver(request.stateDir, account);
    await checkReadable(account, [process.execPath, process.argv[1] ?? '', ...request.mustRead]);
    await handOver(request.stateDir, steps);
    if (steps.length > 0)
      request.say(`${request.stateDir} was handed over to ${account.name}: ${steps.length} changes`);
  }
  beginAgain(account);
}

/** The user that a state directory's keys belong to; undefined when that is root, or there are none. */
export async function findStateOwner(stateDir: string): Promise<string | undefined> {
  const found = await lstat(join(stateDir, 'keys')).catch(whenMissing(undefined));
  return found === undefined || found.uid === 0 ? undefined : String(found.uid);
}

/** As `gutinteg service install` does. @see systemd-sysusers(8) */
async function makeServiceUser({ stateDir, say }: DropRequest): Promise<void> {
  const line = renderAccounts({ user: SERVICE_USER, stateDir }).trim();
  await runCommand(['systemd-sysusers', '--inline', line]).catch((cause: unknown) => {
    throw new UserError(
      `gutinteg serve does not answer a network as root, and the user ${SERVICE_USER} could not be made; nothing was started`,
      { exitCode: 2, cause, hint: `useradd --system ${SERVICE_USER}, or --user NAME` },
    );
  });
  say(`the system user ${SERVICE_USER} was made (systemd-sysusers), who serves from now on`);
}

/** Asks the kernel, as that user: modes, groups, ACLs and mounts all count. */
async function checkReadable(account: Account, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const argv = setprivArgv(account, ['/usr/bin/test', '-r', path]);
    if ((await runCommand(argv, { cwd: '/', okExitCodes: [0, 1] })).exitCode === 0) continue;
    throw new UserError(`the server runs as ${account.name}, who may not read ${path}; nothing was started`, {
      exitCode: 2,
      hint: `namei -l ${path} shows which directory is closed; /srv is a good place for a site`,
    });
  }
}

function beginAgain(account: Account): void {
  // Node's cache is root's, and names of users are looked at by programs that we start.
  const { NODE_COMPILE_CACHE: _cache, ...rest } = process.env;
  const env = { ...rest, HOME: account.home, USER: account.name, LOGNAME: account.name };
  const [file, ...args] = setprivArgv(account, [process.execPath, ...process.execArgv, ...process.argv.slice(1)]);
  if (process.execve === undefined) throw new Error('this Node has no process.execve');
  process.execve(file, [file, ...args], env);
}
