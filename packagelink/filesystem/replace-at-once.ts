// One name takes the place of another, whatever types they have. In: a temporary path and its place, in one directory.
// Out: the place with the new thing. Never: a moment with nothing there; the removal of a directory that holds anything.
import { lstatSync, renameSync, rmdirSync, unlinkSync } from 'node:fs';
import { exchange } from '../native/exchange.ts';

/**
 * Like rename(2), but between directories and other things, too.
 * @throws Error with ENOTEMPTY when the place is a directory that holds something; then nothing has changed
 */
export function replaceAtOnce(temporary: string, place: string): void {
  const old = lstatSync(place, { throwIfNoEntry: false });
  if (old === undefined || old.isDirectory() === lstatSync(temporary).isDirectory()) {
    renameSync(temporary, place);
    return;
  }
  const remove = old.isDirectory() ? rmdirSync : unlinkSync;
  if (!exchange(temporary, place)) {
    remove(place);
    renameSync(temporary, place);
    return;
  }
  try {
    remove(temporary);
  } catch (error) {
    exchange(temporary, place);
    throw error;
  }
}
