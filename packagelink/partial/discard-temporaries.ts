// After a run that was cut off. In: the paths that it was about to write. Out: none of its temporaries. Never: follows
// a link; removes anything under another name.
import { lstatSync, rmdirSync, unlinkSync } from 'node:fs';
import { UserError } from '../../lib/errors.ts';
import { openTarget } from '../filesystem/confined-directory.ts';
import type { ConfinedDirectories } from '../filesystem/confined-directory.ts';
import { temporaryPath } from './stage-files.ts';

/** Removes what a cut-off run left beside these paths; where a directory is missing, there is nothing. */
export function discardTemporaries(root: string, paths: readonly string[]): void {
  if (paths.length === 0) return;
  const directories = openTarget(root);
  try {
    for (const path of paths) {
      directories.trim();
      discardBeside(directories, path);
    }
  } finally {
    directories.close();
  }
}

function discardBeside(directories: ConfinedDirectories, path: string): void {
  try {
    const place = directories.at(temporaryPath(path));
    const stat = lstatSync(place, { throwIfNoEntry: false });
    if (stat?.isDirectory() === true) rmdirSync(place);
    else if (stat !== undefined) unlinkSync(place);
  } catch (error) {
    // No such directory, or a link in its place: the run had not come that far.
    if (!(error instanceof UserError)) throw error;
  }
}
