// What can be wrong with the server's database, in words. In: an error of SQLite or of the file system. Out: its kind,
// and an error that says what to do. Pure.
import { UserError } from '../../lib/errors.ts';

export type TroubleKind = 'full' | 'locked' | 'read-only' | 'broken' | 'missing' | 'unreadable';

/** What the server cannot record or read now. The request that meets it is answered 503. */
export class StateError extends UserError {
  override readonly name = 'StateError';
  readonly kind: TroubleKind;

  constructor(kind: TroubleKind, path: string, cause?: unknown) {
    super(`the server's state ${path} ${WORDS[kind].what}`, { hint: WORDS[kind].hint(path), cause });
    this.kind = kind;
  }
}

const WORDS: Readonly<Record<TroubleKind, { what: string; hint: (path: string) => string }>> = {
  full: {
    what: 'cannot be written: its file system is full',
    hint: (path) => `df -h ${path}; free some space there, and the server goes on by itself`,
  },
  locked: {
    what: 'is locked by another program',
    hint: (path) => `fuser -v ${path}; the server goes on by itself when that program lets go`,
  },
  'read-only': {
    what: 'may not be written',
    hint: (path) => `ls -l ${path}; findmnt -T ${path}; the server goes on by itself when it may write`,
  },
  broken: {
    what: 'is damaged; nothing in it was changed, and nothing that depends on it is done',
    hint: (path) =>
      `mv ${path} ${path}.damaged, then put a backup in its place; without one the server begins with an empty state, and machines get new ids`,
  },
  missing: {
    what: 'is not there',
    hint: (path) => `ls -l ${path}; put it back, or a backup of it, and the server goes on by itself`,
  },
  unreadable: {
    what: 'cannot be read or written',
    hint: (path) => `ls -l ${path}; dmesg | tail; the server goes on by itself when it can`,
  },
};

/** Primary result codes. @see sqlite.org/rescode.html */
const KIND_OF_CODE: Readonly<Record<number, TroubleKind>> = {
  5: 'locked',
  6: 'locked',
  8: 'read-only',
  10: 'unreadable',
  11: 'broken',
  13: 'full',
  14: 'unreadable',
  26: 'broken',
};

const KIND_OF_ERRNO: Readonly<Record<string, TroubleKind>> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EROFS: 'read-only',
  EACCES: 'read-only',
  EPERM: 'read-only',
  ENOENT: 'missing',
  ENOTDIR: 'missing',
  EISDIR: 'unreadable',
  EIO: 'unreadable',
};

/** The error as trouble with the state; undefined when it is something else, such as a defect of ours. */
export function asStateError(error: unknown, path: string): StateError | undefined {
  if (error instanceof StateError) return error;
  if (!(error instanceof Error)) return undefined;
  const kind =
    'errcode' in error
      ? KIND_OF_CODE[Number(error.errcode) & 0xff]
      : 'code' in error
        ? KIND_OF_ERRNO[String(error.code)]
        : undefined;
  return kind === undefined ? undefined : new StateError(kind, path, error);
}
