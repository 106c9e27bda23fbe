// The machine database of a site.
// In: a directory of *.db files. Out: objects, for query.ts, resolve.ts and check.ts. Never: writes.
import { closeSync, fstatSync, readSync as fsReadSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isAscii, isUtf8 } from 'node:buffer';
import { UserError } from '../lib/errors.ts';
import type { Fault } from '../lib/errors.ts';
import { openRegularFileSync, readRegularFile } from '../lib/read-regular-file.ts';
import { runAtOnce, runInSlices } from '../lib/slices.ts';
import type { Steps } from '../lib/slices.ts';
import { ownersOf } from './find-machine.ts';
import type { Address } from './find-machine.ts';
import { faultsError, sortFaults } from './faults.ts';
import { partialMachdb } from './headers.ts';
import { lineageOf } from './inheritance.ts';
import { findRepeated } from './link.ts';
import { listGrammarFaults, outlineInSteps, readMachdbInSteps, readingMachdb } from './parse.ts';
import type { MachdbFile } from './parse.ts';
import type { Machdb } from './types.ts';

/** How the work is done: at once, or so that a server can answer in between. */
export type Pace = {
  readonly run: <T>(steps: Steps<T>) => T | Promise<T>;
  readonly read: (path: string, buffer: ReadBuffer) => Uint8Array | Promise<Uint8Array>;
};

/** One buffer for one file after the other: a database of 500 files would leave as many behind. */
type ReadBuffer = { bytes: Buffer };

/** For commands: nothing else waits. */
const atOnce: Pace = { run: runAtOnce, read: readSync };

const SLICE_MS = 1;

/** For servers: never more than a few milliseconds in one go. */
export const inSlices: Pace = { run: (steps) => runInSlices(steps, SLICE_MS), read: readAsync };

/**
 * Reads the files `*.db` of a directory in the order of their names (by character, hidden files left out).
 * @throws FaultsError with every fault of grammar and structure of every file; UserError when there is nothing to read.
 */
export async function loadMachdb(dir: string): Promise<Machdb> {
  const { files, faults } = await readMachdbFiles(dir, atOnce);
  const read = runAtOnce(readMachdbInSteps(files));
  const grammar = runAtOnce(listGrammarFaults(read.db));
  return soundOrThrow(read.db, [...faults, ...read.faults, ...grammar]);
}

/**
 * The same for those who check everything next: what is below the headers is not looked at, `checkMachdb` does that.
 * @throws FaultsError with the faults of headers and structure and, if there are any, of everything below them too
 */
export async function loadStructure(dir: string, pace: Pace = atOnce): Promise<Machdb> {
  const { files, faults } = await readMachdbFiles(dir, pace);
  const read = await pace.run(readMachdbInSteps(files));
  const structure = [...faults, ...read.faults];
  const grammar = structure.length === 0 ? [] : await pace.run(listGrammarFaults(read.db));
  return soundOrThrow(read.db, [...structure, ...grammar]);
}

/** What a question is about: an object, or the machine that has an address. */
export type Wanted = { readonly name: string } | { readonly address: Address };

/**
 * A database with which the question can be answered as with the whole, read as fast as can be: the objects that it is
 * about and all that they inherit from; or, when that cannot be told so quickly, the outline.
 * @throws FaultsError with the faults of headers, and of objects that are there twice when the question may be about
 *   them; UserError when there is nothing to read.
 */
export async function loadWanted(dir: string, wanted: Wanted): Promise<Machdb> {
  const { files, faults } = await readMachdbFiles(dir, atOnce);
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  const names = 'name' in wanted ? [wanted.name] : ownersOf(texts, wanted.address);
  const partial = faults.length > 0 || names === undefined ? undefined : partialMachdb(texts, names);
  if (partial !== undefined) return partial;
  const { db, faults: inHeaders } = runAtOnce(outlineInSteps(files));
  const repeated = findRepeated(db, 'name' in wanted ? lineageOf(db, wanted.name) : undefined);
  return soundOrThrow(db, [...faults, ...inHeaders, ...repeated]);
}

/** The files of a database as text, in their order; what is not text is reported in `faults`. */
async function readMachdbFiles(dir: string, { read }: Pace): Promise<{ files: MachdbFile[]; faults: Fault[] }> {
  const faults: Fault[] = [];
  const files = [];
  const buffer = { bytes: Buffer.alloc(0) };
  for (const path of await listFiles(dir)) {
    files.push({ path, text: decode(path, await readBytes(path, read, buffer), faults) });
  }
  return { files, faults };
}

function soundOrThrow(db: Machdb, faults: readonly Fault[]): Machdb {
  if (faults.length > 0) throw faultsError(readingMachdb, sortFaults(db.texts.keys(), faults));
  return db;
}

/** Whether a file of this name in the directory is a part of the database. */
export function isDatabaseFile(name: string): boolean {
  return name.endsWith('.db') && !name.startsWith('.');
}

async function listFiles(dir: string): Promise<string[]> {
  let names;
  try {
    names = await readdir(dir);
  } catch (error) {
    throw new UserError(`cannot read the machine database in ${dir}`, {
      exitCode: 2,
      cause: error,
      hint: 'give --site the directory that holds machdb/',
    });
  }
  const wanted = names.filter(isDatabaseFile).sort();
  if (wanted.length > 0) return wanted.map((name) => join(dir, name));
  throw new UserError(`no file *.db in ${dir}`, { exitCode: 2, hint: 'give --site the directory that holds machdb/' });
}

async function readBytes(path: string, read: Pace['read'], buffer: ReadBuffer): Promise<Buffer> {
  try {
    const { buffer: memory, byteOffset, length } = await read(path, buffer);
    return Buffer.from(memory, byteOffset, length);
  } catch (error) {
    throw new UserError(`cannot read ${path}`, { exitCode: 2, cause: error });
  }
}

function readSync(path: string, buffer: ReadBuffer): Uint8Array {
  const file = openRegularFileSync(path);
  try {
    let length = 0;
    for (grow(buffer, fstatSync(file).size); ; grow(buffer, length)) {
      const count = fsReadSync(file, buffer.bytes, length, buffer.bytes.length - length, null);
      if (count === 0) return buffer.bytes.subarray(0, length);
      length += count;
    }
  } finally {
    closeSync(file);
  }
}

async function readAsync(path: string): Promise<Uint8Array> {
  return readRegularFile(path);
}

/** Room for more than `size` bytes: a file may grow while it is read. */
function grow(buffer: ReadBuffer, size: number): void {
  if (buffer.bytes.length > size) return;
  buffer.bytes = Buffer.concat([buffer.bytes, Buffer.alloc(Math.max(65536, 2 * size - buffer.bytes.length))]);
}

/** UTF-8 to text; lines that are not UTF-8 become faults. */
function decode(path: string, bytes: Buffer, faults: Fault[]): string {
  if (isAscii(bytes)) return bytes.toString('latin1');
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  if (isUtf8(bytes)) return text;
  // Which lines? A line feed is never part of a longer UTF-8 sequence, so each line can be tried alone.
  for (let line = 1, start = 0; start < bytes.length; line += 1) {
    const found = bytes.indexOf(0x0a, start);
    const end = found === -1 ? bytes.length : found;
    if (!isUtf8(bytes.subarray(start, end))) {
      faults.push({ severity: 'error', where: path, line, message: 'not UTF-8', suggestion: 'save the file as UTF-8' });
    }
    start = end + 1;
  }
  return text;
}
