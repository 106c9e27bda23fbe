// What a package system may be let overlook when it installs files: each system says which of these it has (dpkg/, rpm/). In: options
// that somebody wants. Out: nothing, or why not. Pure.
import { UserError } from '../lib/errors.ts';

export type FileOption =
  | 'ignore-depends'
  | 'ignore-conflicts'
  | 'overwrite'
  | 'downgrade'
  | 'reinstall'
  | 'replace-files'
  | 'no-scripts'
  | 'no-triggers'
  | 'no-docs'
  | 'ignore-size';

/** @throws UserError (exit code 2) for an option that the system does not have */
export function requireOptions(system: string, wanted: readonly FileOption[], known: readonly FileOption[]): void {
  const missing = wanted.filter((option) => !known.includes(option));
  if (missing.length === 0) return;
  throw new UserError(`${system} has no option ${missing.join(', ')}, so nothing was changed`, {
    exitCode: 2,
    hint: `${system} has ${known.join(', ')}`,
  });
}
