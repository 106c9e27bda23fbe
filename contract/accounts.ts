// Accounts of people in a record. In: USERS and USER_<name>_…. Out: accounts, or what is wrong with which variable.
// Never: I/O.
import { parseSshKeys } from '../lib/ssh-keys.ts';
import type { SshKey } from '../lib/ssh-keys.ts';
import { wordsOf } from './record.ts';

export type Account = {
  readonly name: string;
  readonly uid: number;
  readonly person: string;
  readonly shell: string;
  readonly groups: readonly string[];
  readonly keys: readonly SshKey[];
};

type Problem = { readonly variable: string; readonly message: string };

/** Those of people: below are the system's, above are numbers that Debian and systemd keep for themselves. */
const [FIRST_UID, LAST_UID] = [1000, 59_999];
const NAME = /^[a-z_][a-z0-9_]{0,30}$/;

/** The accounts of USERS; `valueOf` answers undefined for a variable that the record does not have. */
export function readAccounts(valueOf: (variable: string) => string | undefined): {
  readonly accounts: readonly Account[];
  readonly problems: readonly Problem[];
} {
  const problems: Problem[] = [];
  const accounts: Account[] = [];
  for (const name of new Set(wordsOf(valueOf('USERS')))) {
    const found = readAccount(name, valueOf);
    problems.push(...found.problems);
    if (found.problems.length > 0) continue;
    const twin = accounts.find(({ uid }) => uid === found.account.uid);
    if (twin === undefined) accounts.push(found.account);
    else problems.push({ variable: `USER_${name}_UID`, message: `USER_${name}_UID: ${twin.name} has it, too` });
  }
  return { accounts, problems };
}

function readAccount(name: string, valueOf: (variable: string) => string | undefined) {
  const problems: Problem[] = [];
  const ask = (part: string): string => valueOf(`USER_${name}_${part}`) ?? '';
  const refuse = (part: string, why: string) => problems.push({ variable: part, message: `${part}: ${why}` });
  if (!NAME.test(name) || name === 'root') {
    refuse('USERS', `'${name.slice(0, 40)}' is not a name such as ann or bob_2, in lower case`);
  }
  const uid = Number(ask('UID'));
  if (!/^\d+$/.test(ask('UID')) || uid < FIRST_UID || uid > LAST_UID) {
    const what = ask('UID') === '' ? 'is missing:' : `'${ask('UID').slice(0, 40)}' is not`;
    refuse(`USER_${name}_UID`, `${what} a number from ${FIRST_UID} to ${LAST_UID}`);
  }
  const person = ask('NAME');
  if (/[":\\%]/.test(person)) refuse(`USER_${name}_NAME`, 'a name cannot have a quote, a colon, a backslash or a %');
  const shell = ask('SHELL') || '/bin/bash';
  if (!/^(\/[\w.-]+)+$/.test(shell)) refuse(`USER_${name}_SHELL`, `'${shell.slice(0, 80)}' is not an absolute path`);
  const groups = wordsOf(ask('GROUPS'));
  for (const group of groups) {
    if (!/^[a-z_][a-z0-9_-]*$/.test(group)) refuse(`USER_${name}_GROUPS`, `'${group.slice(0, 40)}' is not a group`);
  }
  const { keys, problems: ofKeys } = parseSshKeys(ask('KEYS'));
  for (const problem of ofKeys) refuse(`USER_${name}_KEYS`, problem);
  return { account: { name, uid, person, shell, groups, keys } satisfies Account, problems };
}
