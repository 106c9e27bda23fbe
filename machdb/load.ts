// The machine database of a site.
// In: a directory of *.db files. Out: objects, to be asked through query.ts, resolve.ts and check.ts. Never: writes.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../lib/errors.ts';
import type { Fault } from '../lib/errors.ts';
import { faultsError, sortFaults } from './faults.ts';
import { readMachdb, readingMachdb } from './parse.ts';
import type { Machdb } from './types.ts';

/**
 * Reads the files `*.db` of a directory in the order of their names (by character, hidden files left out).
 * @throws FaultsError with every fault of every file; UserError when there is nothing to read.
 */
export async function loadMachdb(dir: string): Promise<Machdb> {
  const faults: Fault[] = [];
  const files = [];
  for (const path of await listFiles(dir)) files.push({ path, text: decode(path, await readBytes(path), faults) });
  const read = readMachdb(files);
  const all = sortFaults(read.db.sources.keys(), [...faults, ...read.faults]);
  if (all.length > 0) throw faultsError(readingMachdb, all);
  return read.db;
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
  const wanted = names.filter((name) => name.endsWith('.db') && !name.startsWith('.')).sort();
  if (wanted.length > 0) return wanted.map((name) => join(dir, name));
  throw new UserError(`no file *.db in ${dir}`, { exitCode: 2, hint: 'give --site the directory that holds machdb/' });
}

async function readBytes(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new UserError(`cannot read ${path}`, { exitCode: 2, cause: error });
  }
}

/** UTF-8 to text; lines that are not UTF-8 become faults. */
function decode(path: string, bytes: Buffer, faults: Fault[]): string {
  const text = bytes.toString('utf8');
  const strict = new TextDecoder('utf-8', { fatal: true });
  try {
    strict.decode(bytes);
    return text;
  } catch {
    // Which lines? A line feed is never part of a longer UTF-8 sequence, so each line can be tried alone.
    for (let line = 1, start = 0; start < bytes.length; line += 1) {
      const found = bytes.indexOf(0x0a, start);
      const end = found === -1 ? bytes.length : found;
      try {
        strict.decode(bytes.subarray(start, end));
      } catch {
        faults.push({
          severity: 'error',
          where: path,
          line,
          message: 'not UTF-8',
          suggestion: 'save the file as UTF-8',
        });
      }
      start = end + 1;
    }
    return text;
  }
}
