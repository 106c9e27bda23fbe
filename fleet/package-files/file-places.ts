// Where package files are kept, and how much of them. In: a directory. Out: paths, bounds. Never: I/O. Servers of one database are given one
// directory that all of them reach (`--package-files`): nothing about a file stands anywhere else.
import { join } from 'node:path';

export type FileBounds = {
  /** Of all files together. */
  readonly maxBytes: number;
  readonly maxFiles: number;
};

export const DEFAULT_BOUNDS: FileBounds = { maxBytes: 20 * 1024 ** 3, maxFiles: 1000 };

export type FilePlaces = ReturnType<typeof filePlaces>;

export const filePlaces = (directory: string) => ({
  directory,
  /** The bytes, and what is in them. */
  data: (sha256: string): string => join(directory, `${sha256}.file`),
  about: (sha256: string): string => join(directory, `${sha256}.json`),
  /** What is still coming. */
  incoming: join(directory, 'incoming'),
  part: (sha256: string): string => join(directory, 'incoming', sha256),
  /** How far fetches are. */
  fetches: join(directory, 'fetches'),
});
