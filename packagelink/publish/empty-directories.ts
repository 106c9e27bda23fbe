// Directories that a package has although git does not keep them. In: a scan, paths of `emptyDirectories:`. Out: the scan
// with those that the tree lacks. Never: I/O.
import { FaultsError } from '../../lib/errors.ts';
import type { Fault } from '../../lib/errors.ts';
import { comparePaths, parentOf } from '../package/package-path.ts';
import { SETTINGS_FILE } from '../package/package-settings.ts';
import type { ScannedEntry } from './scan.ts';

/**
 * The entries with each of the directories and its parents; new ones are root's, 0755, with the time of what they lie in.
 * @throws FaultsError when something else has such a path
 */
export function withEmptyDirectories(
  entries: readonly ScannedEntry[],
  paths: readonly string[],
  rootTime: Pick<ScannedEntry, 'mtimeSeconds' | 'mtimeNanoseconds'>,
): ScannedEntry[] {
  if (paths.length === 0) return [...entries];
  const known = new Map(entries.map((entry) => [entry.path, entry]));
  const faults: Fault[] = [];
  const add = (path: string): Pick<ScannedEntry, 'mtimeSeconds' | 'mtimeNanoseconds'> => {
    const there = known.get(path);
    if (there?.type === 'directory') return there;
    if (there !== undefined) {
      const message = `emptyDirectories: is a ${there.type} in this package`;
      faults.push({ severity: 'error', where: path, message });
      return there;
    }
    const parent = parentOf(path);
    const { mtimeSeconds, mtimeNanoseconds } = parent === undefined ? rootTime : add(parent);
    const made = { type: 'directory', path, mode: 0o755, uid: 0, gid: 0, mtimeSeconds, mtimeNanoseconds } as const;
    known.set(path, made);
    return made;
  };
  for (const path of paths) add(path);
  if (faults.length > 0) throw new FaultsError(SETTINGS_FILE, faults);
  return [...known.values()].toSorted(comparePaths);
}
