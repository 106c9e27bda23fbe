// After a run that was cut off. In: rows, what that run was about to lay down, what is there now. Out: rows as they
// would be had it ended where it stopped. Never: I/O; takes a path for ours whose content we did not write.
import type { Observed } from './observed.ts';
import type { State } from '../state/state.ts';
import type { InstalledPath } from '../tree/installed-path.ts';

/** All paths to look at: those laid down, and those that a cut-off run may have laid down besides. */
export function knownPaths({ installed, intents }: State): ReadonlyMap<string, InstalledPath> {
  return intents.size === 0 ? installed : new Map([...intents, ...installed]);
}

/** The intentions that were carried out: the rows of their paths, whatever the database says. */
export function findCarriedOut(
  intents: ReadonlyMap<string, InstalledPath>,
  observed: ReadonlyMap<string, Observed>,
): InstalledPath[] {
  return [...intents.values()].filter((intent) => {
    const now = observed.get(intent.path);
    return now !== undefined && isAsIntended(intent, now);
  });
}

function isAsIntended(intent: InstalledPath, now: Observed): boolean {
  if (intent.type === 'directory') return now.type === 'directory';
  if (intent.type === 'symlink' || intent.type === 'special')
    return now.type === intent.type && now.target === intent.target;
  return now.type === 'file' && now.sha256 === intent.sha256;
}
