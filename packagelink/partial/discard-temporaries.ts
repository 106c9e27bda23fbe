// After a run that was cut off. In: the paths that it was about to write. Out: none of its temporaries. Never: follows
// a link; removes anything under another name.
import { lstatSync, rmdirSync, unlinkSync } from 'node:fs';
import { UserError } from '../../lib/errors.ts';
import { openTarget } from '../filesystem/confined-directory.ts';
import type { ConfinedDirectories } from '../filesystem/confined-directory.ts';
import { temporaryPath } from './stage-files.ts';

/**
 * Removes what a cut-off run left beside these paths; where a directory is missing, there is nothing. Answers the paths
 * whose temporaries could not be removed.
 */
export function discardTemporaries(root: string, paths: readonly string[]): string[] {
  if (paths.length === 0) return [];
  const directories = openTarget(root);
  try {
    return paths.filter((path) => {
      directories.trim();
      return !discardBeside(directories, path);
    });
  } finally {
    directories.close();
  }
}

function discardBeside(directories: ConfinedDirectories, path: string): boolean {
  try {
    const place = directories.at(temporaryPath(path));
    const stat = lstatSync(place, { throwIfNoEntry: false });
    if (stat?.isDirectory() === true) rmdirSync(place);
    else if (stat !== undefined) unlinkSync(place);
    return true;
  } catch (error) {
    // No such directory, or a link in its place: the run had not come that far.
    return error instanceof UserError;
  }
}
