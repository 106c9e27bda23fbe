// Files that somebody names or leaves in a directory. In: a path. Out: the bytes. Never: waits for a writer, reads a device,
// or reads without end.
import { constants as bufferConstants } from 'node:buffer';
import { closeSync, constants, fstatSync, openSync, statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

// What one text can hold.
const MOST_BYTES = bufferConstants.MAX_STRING_LENGTH;
// A FIFO may take the place of the file after it was looked at; opening one would wait for whoever writes.
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;

/** The bytes of a regular file, links followed. @throws Error when it is anything else or larger than a text can be */
export async function readRegularFile(path: string): Promise<Buffer> {
  await using file = await openRegularFile(path);
  return await file.readFile();
}

/** The same, open for reading. */
export async function openRegularFile(path: string): Promise<FileHandle> {
  // Before it is opened: opening a device may already do something.
  requireRegular(statSync(path));
  const file = await open(path, FLAGS);
  try {
    requireRegular(await file.stat());
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** The same as a file descriptor, at once. */
export function openRegularFileSync(path: string): number {
  requireRegular(statSync(path));
  const file = openSync(path, FLAGS);
  try {
    requireRegular(fstatSync(file));
    return file;
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

function requireRegular(stats: Stats): void {
  if (!stats.isFile()) throw new Error(`it is ${kindOf(stats)}, not a regular file`);
  if (stats.size > MOST_BYTES)
    throw new Error(`it has ${stats.size} bytes; ${MOST_BYTES} are the most that can be read`);
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a directory';
  if (stats.isFIFO()) return 'a FIFO';
  return stats.isSocket() ? 'a socket' : 'a device';
}
