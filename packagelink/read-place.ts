import { existsSync, statSync } from 'node:fs';
import type { Place } from './after-command.ts';
import { decidePlace } from './decide-place.ts';

/** Where a run on `/` takes place; it compares the roots as systemd-detect-virt --chroot does. Needs root. */
export function readPlace(): Place {
  return decidePlace({ isInitsRoot: isInitsRoot(), isInitrd: existsSync('/etc/initrd-release') });
}

function isInitsRoot(): boolean | undefined {
  const [own, inits] = ['/', '/proc/1/root/'].map((path) => {
    try {
      return statSync(path);
    } catch {
      return undefined;
    }
  });
  if (own === undefined || inits === undefined) return undefined;
  return own.dev === inits.dev && own.ino === inits.ino;
}
