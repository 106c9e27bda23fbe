// Directories of a target, opened so that no symbolic link leads out of it while a run goes on.
// In: a root and package paths. Out: paths through /proc/self/fd, which name an open directory and nothing else.
// Never: follows a link below the root. (Node has no openat; Linux gives the same through /proc.)
import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { basename, join } from 'node:path';
import { UserError } from '../../lib/errors.ts';
import { parentOf } from '../package/package-path.ts';

const OPEN = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** Open directories of one target. */
export type ConfinedDirectories = {
  /**
   * A path for calls that do not follow a link at its end, by way of the open parent directory.
   * @throws UserError when a parent is missing or is no directory
   */
  readonly at: (path: string) => string;
  /** A directory of each file system that was opened so far, for `sync -f`. */
  readonly onEachDevice: () => string[];
  /** Closes what was opened when it has become much; paths from `at` then no longer hold. */
  readonly trim: () => void;
  readonly close: () => void;
};

const MANY = 512;

/** Opens a target; directories below are opened as they are needed and stay open until `close`. */
export function openTarget(root: string): ConfinedDirectories {
  const open = new Map<string, number>();
  const devices = new Map<number, string>();
  const remember = (path: string, fd: number): number => {
    open.set(path, fd);
    // The first one is the highest, which a run does not delete.
    const { dev } = fstatSync(fd);
    if (!devices.has(dev)) devices.set(dev, path === '' ? root : `${root}/${path}`);
    return fd;
  };
  const directory = (path: string): number => {
    const known = open.get(path);
    if (known !== undefined) return known;
    const fd = path === '' ? openSync(root, OPEN) : openBelow(directory(parentOf(path) ?? ''), path);
    return remember(path, fd);
  };
  const close = () => {
    for (const fd of open.values()) closeSync(fd);
    open.clear();
  };
  return {
    at: (path) => join(`/proc/self/fd/${directory(parentOf(path) ?? '')}`, basename(path)),
    onEachDevice: () => [...devices.values()],
    trim: () => {
      if (open.size > MANY) close();
    },
    close,
  };
}

function openBelow(parent: number, path: string): number {
  try {
    return openSync(join(`/proc/self/fd/${parent}`, basename(path)), OPEN);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const found =
      code === 'ELOOP' || code === 'ENOTDIR' ? 'it is not a directory, and links are not followed' : String(code);
    throw new UserError(`opening ${path} on the target failed: ${found}`, { cause: error });
  }
}
