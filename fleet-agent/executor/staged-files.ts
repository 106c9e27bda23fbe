// Package files on their way from the talker, who may be anybody, to the package system. In: the talker's directory, a file that an order
// names. Out: a copy of root's own, which has the bytes that were approved. Never: follows a link, waits for a writer, copies more than
// the order says, or trusts a file that can be written by somebody else between the check and the use.
import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { PackageFileSource } from '../../contract/fleet/jobs/action.ts';
import { UserError } from '../../lib/errors.ts';
import { whenMissing, whenRefused } from '../../lib/when-missing.ts';

export type StagedFiles = {
  /** @throws UserError unless the talker has brought it whole */
  readonly stage: (file: PackageFileSource) => string;
  /** Where its copy is, or would be. */
  readonly pathOf: (file: PackageFileSource) => string;
  /** By SHA-256: those of orders that are neither accepted nor under way. */
  readonly dropOthers: (wanted: ReadonlySet<string>) => void;
};

const PIECE_BYTES = 1024 * 1024;
const NO_LINK = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** @param spool of the talker @param directory of root's own; apt's unprivileged user reads there, too */
export function openStagedFiles(spool: string, directory: string): StagedFiles {
  const directoryOf = ({ sha256 }: PackageFileSource): string => join(directory, sha256);
  const pathOf = (file: PackageFileSource): string => join(directoryOf(file), file.fileName);
  const stage = (file: PackageFileSource): string => {
    const path = pathOf(file);
    if (hasBytes(path, file)) return path;
    mkdirSync(directoryOf(file), { recursive: true, mode: 0o755 });
    const temporary = `${path}.new`;
    try {
      copyFrom(spool, temporary, file);
      renameSync(temporary, path);
    } finally {
      rmSync(temporary, { force: true });
    }
    return path;
  };
  return {
    stage,
    pathOf,
    dropOthers: (wanted) => {
      for (const name of namesIn(directory)) {
        if (!wanted.has(name)) rmSync(join(directory, name), { recursive: true, force: true });
      }
    },
  };
}

const namesIn = (directory: string): string[] => {
  try {
    return readdirSync(directory);
  } catch (error) {
    return whenMissing<string[]>([])(error);
  }
};

function openPlain(path: string, more = 0): number | undefined {
  try {
    return openSync(path, NO_LINK | more);
  } catch (error) {
    return whenRefused(undefined)(error);
  }
}

/** A copy that a former run has made: a disk may lose what was written. */
function hasBytes(path: string, file: PackageFileSource): boolean {
  const handle = openPlain(path);
  if (handle === undefined) return false;
  try {
    return fstatSync(handle).isFile() && digestWhile(handle, file.bytes, () => {}) === file.sha256;
  } finally {
    closeSync(handle);
  }
}

/** The talker may put a link in the directory's place: it is opened once, and what is in it belongs to its owner. */
function copyFrom(spool: string, to: string, file: PackageFileSource): void {
  const directory = openPlain(spool, constants.O_DIRECTORY);
  if (directory === undefined) throw notFetched(file, spool);
  try {
    const source = openPlain(`/proc/self/fd/${directory}/${file.sha256}`);
    if (source === undefined) throw notFetched(file, join(spool, file.sha256));
    try {
      copyWhole(source, fstatSync(directory).uid, to, file);
    } finally {
      closeSync(source);
    }
  } finally {
    closeSync(directory);
  }
}

/** What is hashed is what is written: the talker may change its own file meanwhile. */
function copyWhole(source: number, owner: number, to: string, file: PackageFileSource): void {
  const stats = fstatSync(source);
  // A second name may be that of another's file, whose size and digest are not the talker's to know.
  if (!stats.isFile() || stats.uid !== owner || stats.nlink !== 1)
    throw wrong(file, "it is not a file of the talker's own");
  if (stats.size !== file.bytes) throw wrong(file, `it has ${stats.size} bytes`);
  rmSync(to, { force: true });
  const target = openSync(to, 'wx', 0o644);
  try {
    const digest = digestWhile(source, file.bytes, (bytes) => {
      for (let done = 0; done < bytes.length;) done += writeSync(target, bytes, done);
    });
    if (digest !== file.sha256) throw wrong(file, 'its SHA-256 is another one');
    fsyncSync(target);
  } finally {
    closeSync(target);
  }
}

const notFetched = ({ fileName }: PackageFileSource, path: string): UserError =>
  new UserError(`${fileName} has not been fetched: ${path} cannot be read`);

const wrong = ({ fileName, bytes, sha256 }: PackageFileSource, found: string): UserError =>
  new UserError(
    `${fileName} is not the file that was approved: ${found}, and it should have ${bytes} bytes with SHA-256 ${sha256}`,
  );

/** At most `most` bytes, and one more if there is one, which makes the digest another one. */
function digestWhile(handle: number, most: number, use: (bytes: Uint8Array) => void): string {
  const hash = createHash('sha256');
  const buffer = Buffer.alloc(PIECE_BYTES);
  for (let left = most + 1; left > 0;) {
    const got = readSync(handle, buffer, 0, Math.min(left, PIECE_BYTES), null);
    if (got === 0) break;
    const piece = buffer.subarray(0, got);
    hash.update(piece);
    use(piece);
    left -= got;
  }
  return hash.digest('hex');
}
