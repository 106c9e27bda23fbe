// A tree that somebody changes while it is read. In: what a call of the system failed with. Out: an error that names the
// path. Never: I/O.
import { UserError } from '../../lib/errors.ts';

/** A path is not any more what the scan saw. `isGone` when nothing, or something else, stands there. */
export class TreeChangedError extends UserError {
  override readonly name = 'TreeChangedError';
  readonly path: string;
  readonly isGone: boolean;

  constructor(path: string, found: 'changed' | 'vanished', cause?: unknown) {
    super(`publishing: ${path === '' ? 'the tree' : path} ${found} while it was read; nothing was published`, {
      hint: 'publish again when nothing writes to the tree',
      ...(cause === undefined ? {} : { cause }),
    });
    this.path = path;
    this.isGone = found === 'vanished';
  }
}

const GONE = new Set(['ENOENT', 'ENOTDIR', 'ELOOP']);

/** Reads something of a path. @throws TreeChangedError when it is gone, UserError with the path for any other failure */
export function readOf<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof UserError || typeof code !== 'string') throw error;
    if (GONE.has(code)) throw new TreeChangedError(path, 'vanished', error);
    throw new UserError(`reading ${path === '' ? 'the tree' : path} failed`, { cause: error });
  }
}
