import type { Place } from './after-command.ts';

/** What a process can see of where it runs. */
export type PlaceFacts = {
  /** Whether its root is that of the first process; undefined when that cannot be seen. */
  readonly isInitsRoot: boolean | undefined;
  /** Whether there is an `/etc/initrd-release`. @see os-release(5) */
  readonly isInitrd: boolean;
};

/** Where a run on `/` takes place. What cannot be told counts as a chroot, where less runs. */
export function decidePlace({ isInitsRoot, isInitrd }: PlaceFacts): Place {
  if (isInitsRoot !== true) return 'chroot';
  return isInitrd ? 'install' : 'system';
}
