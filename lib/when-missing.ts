// What a caller does about an error of the system that it expects. Whatever else is thrown goes on: an answer made up
// for an error that nobody thought of is how a disk that fails becomes an empty file.

/** For `.catch`: `value` where there is no such file or directory; every other error goes on. */
export function whenMissing<T>(value: T): (error: unknown) => T {
  return whenCode(['ENOENT', 'ENOTDIR'], value);
}

/** For `.catch`: `value` for errors of these codes, such as `ESRCH`; every other error goes on. @see errno(3) */
export function whenCode<T>(codes: readonly string[], value: T): (error: unknown) => T {
  return (error) => {
    if (isSystemError(error) && codes.includes(error.code)) return value;
    throw error;
  };
}

/**
 * For `.catch`: `value` for whatever the system refuses, where the caller looks at something that anybody may have
 * broken and goes on without it. A defect of the program goes on.
 */
export function whenRefused<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (isSystemError(error)) return value;
    throw error;
  };
}

/** Whether this is the answer of a system call, such as ENOENT or EIO. Codes of Node's own begin with `ERR_`. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException & { readonly code: string } {
  return error instanceof Error && 'code' in error && /^E[A-Z0-9]+$/.test(String(error.code));
}
