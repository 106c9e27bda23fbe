import { UserError } from '../../lib/errors.ts';

/** The list is sorted; these come first in every busybox that has a shell's tests. */
const FIRST = Buffer.from('[\0[[\0');
const END = Buffer.from('\0\0');

/**
 * The commands of a busybox, as `busybox --list` prints them, read from the program: one of another processor cannot be run.
 * @throws UserError when it has no such list
 */
export function readAppletNames(busybox: Buffer): string[] {
  const start = busybox.indexOf(FIRST);
  const end = busybox.indexOf(END, start);
  const names = start === -1 || end === -1 ? [] : busybox.toString('latin1', start, end).split('\0');
  if (names.includes('sh') && names.every((name) => /^[\w.[-]+$/.test(name))) return names;
  throw new UserError('the list of commands in busybox cannot be found: it is built in a way that is not known');
}
