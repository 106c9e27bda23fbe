// The bytes of a cluster.xml. In: a path, or standard input. Out: bytes, at most as many as are read. Never: more of them.
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { resolve } from 'node:path';
import { UserError } from '../lib/errors.ts';
import { isSystemError } from '../lib/when-missing.ts';
import { LARGEST_BYTES } from './document/decode-document.ts';

const USUAL_FILE = '/etc/update-cluster/cluster.xml';

/** `--file`, or else `CLUSTERXML`, or else `/etc/update-cluster/cluster.xml`; absolute. */
export function findClusterFile(option: string | undefined): string {
  return resolve(option ?? (process.env['CLUSTERXML'] || USUAL_FILE));
}

/** The bytes of a file. @throws UserError for what cannot be read or is larger than a cluster.xml may be */
export function readClusterFile(file: string): Buffer {
  return reading(file, () => {
    const descriptor = openSync(file, 'r');
    try {
      return readBounded(descriptor, file);
    } finally {
      closeSync(descriptor);
    }
  });
}

export const STANDARD_INPUT = 'standard input';

/** The bytes of standard input. @throws UserError as readClusterFile */
export async function readStandardInput(): Promise<Buffer> {
  if (fstatSync(0).isFile() || fstatSync(0).isDirectory())
    return reading(STANDARD_INPUT, () => readBounded(0, STANDARD_INPUT));
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of process.stdin) {
    chunks.push(chunk as Buffer);
    sizeBytes += (chunk as Buffer).length;
    if (sizeBytes > LARGEST_BYTES) throw tooLarge(STANDARD_INPUT);
  }
  return Buffer.concat(chunks);
}

function reading<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    if (error.code === 'ENOENT')
      throw new UserError(`${file} does not exist`, { exitCode: 2, hint: 'update-cluster-add --help' });
    if (error.code === 'EISDIR') throw new UserError(`${file} is a directory, not a cluster.xml`, { exitCode: 2 });
    throw new UserError(`reading ${file} failed`, { cause: error });
  }
}

function readBounded(descriptor: number, file: string): Buffer {
  const found = fstatSync(descriptor);
  if (found.isFile() && found.size > LARGEST_BYTES) throw tooLarge(file);
  if (found.isFile() && found.size > 0) return readFileSync(descriptor);
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for (;;) {
    const chunk = Buffer.allocUnsafe(65_536);
    const count = readSync(descriptor, chunk);
    if (count === 0) return Buffer.concat(chunks);
    chunks.push(chunk.subarray(0, count));
    sizeBytes += count;
    if (sizeBytes > LARGEST_BYTES) throw tooLarge(file);
  }
}

/** What is said of more bytes than are read. */
export function tooLarge(what: string): UserError {
  return new UserError(`${what} has more than ${LARGEST_BYTES / 1024 / 1024} MiB, the most that is read`, {
    exitCode: 2,
  });
}
