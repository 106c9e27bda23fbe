// A directory that packages are linked onto. In: paths from a command line. Out: its real path and its state file.
// Never: writes.
import { accessSync, constants, existsSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { FaultsError, UserError } from '../../lib/errors.ts';
import { pathOnTarget } from '../package/preprocess.ts';
import type { LinkedPackage } from '../state/linked-packages.ts';

/** Below the target, 0700: state database, locks, kept bytes and history. No package may have this path. */
const STATE_DIRECTORY = '.packagelink';
const MACHINE_STATE = 'var/lib/gutinteg/packagelink.db';

export type LinkedTarget = { readonly root: string; readonly stateFile: string };

/** @throws UserError when the target is missing, no directory, or a machine that gutinteg keeps */
export function openLinkedTarget(target: string | undefined, state: string | undefined): LinkedTarget {
  if (target === undefined)
    throw new UserError('--target DIR is missing', { exitCode: 2, hint: '--target /usr/local' });
  const stat = statSync(target, { throwIfNoEntry: false });
  if (stat === undefined) {
    const hint = `mkdir ${target}`;
    throw new UserError(`the target ${target} does not exist`, { exitCode: 2, hint });
  }
  if (!stat.isDirectory()) throw new UserError(`the target ${target} is not a directory`, { exitCode: 2 });
  const root = realpathSync(target);
  if (state === undefined && existsSync(join(root, MACHINE_STATE))) {
    throw new UserError(`${target} is a machine that gutinteg keeps, which would undo what is linked`, {
      exitCode: 2,
      hint: "add the package to the machine's PACKAGES, or give --state FILE",
    });
  }
  return { root, stateFile: state === undefined ? join(root, STATE_DIRECTORY, 'state.db') : resolve(state) };
}

/** @throws UserError when nothing can be written to the target */
export function requireWritable({ root }: LinkedTarget): void {
  try {
    accessSync(root, constants.W_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const found = code === 'EROFS' ? 'its file system is read-only' : 'this user may not write to it';
    throw new UserError(`the target ${root} cannot be changed: ${found}`, { cause: error });
  }
}

// Behind the name of the database: what SQLite puts beside it, locks, what is kept, and what repair makes.
const BESIDE =
  /^(?:-(?:wal|shm|journal)|\.(?:lock|packages\.lock|objects|history|after\.json|repaired|damaged-)[^/]*)?(?:\/|$)/;

/** Answers whether a package path belongs to the state and not to packages; none does when the state lies elsewhere. */
export function stateFinder({ root, stateFile }: LinkedTarget): (path: string) => boolean {
  const own = relative(root, stateFile);
  if (own.startsWith('../') || own === '..') return () => false;
  if (own.startsWith(`${STATE_DIRECTORY}/`))
    return (path) => path === STATE_DIRECTORY || path.startsWith(`${STATE_DIRECTORY}/`);
  // The journal of commands is written under a hidden name first.
  const hidden = join(dirname(own), `.${basename(own)}.after.json.`);
  return (path) => path.startsWith(hidden) || (path.startsWith(own) && BESIDE.test(path.slice(own.length)));
}

/** @throws FaultsError for packages that hold the target, or a path that belongs to its state */
export function requireApart(target: LinkedTarget, packages: readonly LinkedPackage[]): void {
  const isOfState = stateFinder(target);
  const own = relative(target.root, target.stateFile);
  const faults = packages.flatMap(({ name, kind, source, manifest }) => {
    const messages: string[] = [];
    if (kind === 'tree' && (target.root === source || target.root.startsWith(`${source}/`)))
      messages.push(`the target ${target.root} lies inside the tree ${source}`);
    const taken = manifest.entries.find(
      ({ path, type }) =>
        isOfState(path) ||
        isOfState(pathOnTarget(path, manifest.suffix)) ||
        (type !== 'directory' && own.startsWith(`${path}/`)),
    );
    if (taken !== undefined) messages.push(`has ${taken.path}, where packagelink keeps its state`);
    return messages.map((message) => ({ severity: 'error' as const, where: name, message }));
  });
  if (faults.length > 0) throw new FaultsError('the packages to link', faults);
}
