// The state directory, opened by whom it belongs to. In: its path. Out: paths below it. Never: writes as root into a directory of
// somebody else, who could lead root elsewhere by a link.
import { chmodSync, chownSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { UserError } from '../../lib/errors.ts';
import { whenMissing } from '../../lib/when-missing.ts';
import { statePaths } from './state-paths.ts';
import type { StatePaths } from './state-paths.ts';

const USER = 'gutinteg-fleet';

/**
 * Root becomes the owner of the directory. systemd gives that to a user that exists only while the service runs, below a
 * directory that only root can pass; so it is entered first, and named as the working directory.
 * @throws UserError when there is no directory, and nobody that it could be given to
 */
export function openState(directory: string): StatePaths {
  if (process.getuid?.() !== 0) {
    makePrivate(directory);
    return statePaths(directory);
  }
  const owner = ownerOf(directory) ?? makeForUser(directory);
  if (owner.uid === 0) return statePaths(directory);
  process.chdir(directory);
  process.setgroups?.([]);
  process.setgid?.(owner.gid);
  process.setuid?.(owner.uid);
  return statePaths('/proc/self/cwd');
}

type Owner = { readonly uid: number; readonly gid: number };

function ownerOf(directory: string): Owner | undefined {
  try {
    return statSync(directory);
  } catch (error) {
    return whenMissing(undefined)(error);
  }
}

function makePrivate(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new UserError(`${directory}, where this program keeps its key, cannot be made`, { cause, exitCode: 2 });
  }
}

function makeForUser(directory: string): Owner {
  const owner = userNamed(USER);
  if (owner === undefined) {
    throw new UserError(`${directory} is missing, and so is the user ${USER} that it would belong to`, {
      exitCode: 2,
      hint: 'systemctl start gutinteg-fleet-key, or, without systemd: useradd --system gutinteg-fleet',
    });
  }
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  chmodSync(directory, 0o700);
  chownSync(directory, owner.uid, owner.gid);
  return owner;
}

/** @see passwd(5) */
function userNamed(name: string): Owner | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((text) => text.split(':'))
    .find(([user]) => user === name);
  return line === undefined ? undefined : { uid: Number(line[2]), gid: Number(line[3]) };
}
