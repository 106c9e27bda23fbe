// What was written reaches the disk. In: paths on the file systems that are meant. Out: when they are synced. Never:
// writes; syncs others.
import { closeSync, constants, openSync } from 'node:fs';
import { checked, libc } from './libc.ts';

const OPEN = constants.O_RDONLY | constants.O_NONBLOCK;

/**
 * Waits until each file system has all that was written to it.
 * @throws LibcError, also for what could not be written since it was last asked
 * @see syncfs(2)
 */
export function syncFileSystems(paths: readonly string[]): void {
  for (const path of paths) {
    const fd = openSync(path, OPEN);
    try {
      checked(libc.syncfs(fd), 'syncing the file system', path);
    } finally {
      closeSync(fd);
    }
  }
}
