// The archive that a person has named. In: its path. Out: an open regular file. Never: waits for a FIFO; reads a device.
import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { UserError } from '../../lib/errors.ts';

export type OpenFile = { readonly fd: number; readonly sizeBytes: number };

/** @throws UserError (exit code 2) when it is not there, cannot be read, or is no file */
export function openArchive(path: string): OpenFile {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const found = code === 'ENOENT' ? 'there is no such file' : `it cannot be opened (${code})`;
    throw new UserError(`importing ${path}: ${found}`, { exitCode: 2 });
  }
  const stat = fstatSync(fd);
  if (stat.isFile()) return { fd, sizeBytes: stat.size };
  closeSync(fd);
  const found = stat.isDirectory() ? 'it is a directory' : 'it is not a regular file';
  const hint = stat.isDirectory()
    ? `a package is a directory already: cp --archive ${path} SITE/packages/NAME`
    : undefined;
  throw new UserError(`importing ${path}: ${found}, and an archive is expected`, {
    exitCode: 2,
    ...(hint === undefined ? {} : { hint }),
  });
}
