import type { Argv } from '../lib/run-command.ts';
import type { Account } from './find-account.ts';
import { KEPT_CAPABILITIES } from './rights.ts';

const SETPRIV = '/usr/bin/setpriv';

/**
 * The arguments of a program that begins as another user, with the kept capabilities and no way to more. As it begins
 * so, every thread of it is so; a running Node can change only the thread that asks.
 * @see setpriv(1)
 */
export function setprivArgv(
  { uid, gid, isKnown }: Pick<Account, 'uid' | 'gid' | 'isKnown'>,
  program: readonly string[],
): Argv {
  const kept = ['-all', ...KEPT_CAPABILITIES.map((name) => `+${name}`)].join(',');
  return [
    SETPRIV,
    `--reuid=${uid}`,
    `--regid=${gid}`,
    isKnown ? '--init-groups' : '--clear-groups',
    `--inh-caps=${kept}`,
    `--ambient-caps=${kept}`,
    `--bounding-set=${kept}`,
    '--no-new-privs',
    '--',
    ...program,
  ];
}
