// Accounts of people, from USERS and USER_<name>_…, as systemd and sshd read them. In: a record. Out: files. Pure.
// The package `users` has them carried out; accounts of the image, and passwords, are not touched.
import type { MachineRecord } from '../../contract/lookup.ts';
import { readAccounts } from '../../contract/accounts.ts';
import type { Account } from '../../contract/accounts.ts';
import { UserError } from '../../lib/errors.ts';
import { formatSshKey } from '../../lib/ssh-keys.ts';
import { HEADER } from './file-header.ts';
import type { RenderedFile } from './rendered-file.ts';

/** @throws UserError for accounts that are not sound, although whoever gave the record has checked them */
export function renderAccounts(record: MachineRecord): RenderedFile[] {
  const { accounts, problems } = readAccounts((variable) => record[variable]);
  if (problems.length > 0) throw new UserError(problems.map(({ message }) => message).join('; '), { exitCode: 2 });
  if (accounts.length === 0) return [];
  return [
    file('/etc/sysusers.d/gutinteg-users.conf', accounts.flatMap(sysusersLines)),
    file('/etc/tmpfiles.d/gutinteg-users.conf', accounts.map(homeLine)),
    ...accounts.map(({ name, keys }) => file(`/etc/ssh/authorized_keys.d/${name}`, keys.map(formatSshKey))),
  ];
}

function file(path: string, lines: readonly string[]): RenderedFile {
  return { path, mode: 0o644, content: HEADER + lines.map((line) => `${line}\n`).join('') };
}

/** The account, with a group of its own and the same number, and the groups that it is in. @see sysusers.d(5) */
function sysusersLines({ name, uid, person, shell, groups }: Account): string[] {
  return [`u ${name} ${uid} "${person}" /home/${name} ${shell}`, ...groups.map((group) => `m ${name} ${group}`)];
}

/** A home that is there keeps what it holds. @see tmpfiles.d(5) */
function homeLine({ name, uid }: Account): string {
  return `d /home/${name} 0700 ${uid} ${uid}`;
}
