// Where a run takes place. In: the root directories of this process and of the first one. Out: a running system, an
// installer's ramdisk or a chroot. Never: writes.
import { existsSync, statSync } from 'node:fs';
import { whenRefused } from '../../lib/when-missing.ts';
import type { RunPlace } from '../package/after-command.ts';

/** What a process can see of where it runs. */
export type PlaceFacts = {
  /** Whether its root is that of the first process; undefined when that cannot be seen. */
  readonly isInitsRoot: boolean | undefined;
  /** Whether there is an `/etc/initrd-release`. @see os-release(5) */
  readonly isInitrd: boolean;
};

/** Where a run on `/` takes place. What cannot be told counts as a chroot, where less runs. */
export function decidePlace({ isInitsRoot, isInitrd }: PlaceFacts): RunPlace {
  if (isInitsRoot !== true) return 'chroot';
  return isInitrd ? 'install' : 'system';
}

/** Where a run on `/` takes place; it compares the roots as systemd-detect-virt --chroot does. Needs root. */
export function readPlace(): RunPlace {
  return decidePlace({ isInitsRoot: isInitsRoot(), isInitrd: existsSync('/etc/initrd-release') });
}

function isInitsRoot(): boolean | undefined {
  const [own, inits] = ['/', '/proc/1/root/'].map((path) => {
    try {
      return statSync(path);
    } catch (error) {
      // Only root may look at the first process, and not in every container.
      return whenRefused(undefined)(error);
    }
  });
  if (own === undefined || inits === undefined) return undefined;
  return own.dev === inits.dev && own.ino === inits.ino;
}
