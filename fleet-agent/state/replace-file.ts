// One file of the state directory, replaced. In: a path, its bytes. Out: the file as it was, or as it should be, whatever
// happens. Never: leaves a file that others can read. Calls block: the program has nothing else to do meanwhile.
import { closeSync, fchownSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { whenMissing } from '../../lib/when-missing.ts';

const FOR_ITS_OWNER = 0o600;

type FileOptions = {
  /** Permission bits; only for its owner unless given. */
  readonly mode?: number;
  /** The caller unless given. */
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined;
};

/** What a crash has left under the other name is written over. */
export function replaceFile(path: string, data: string | Uint8Array, options: FileOptions = {}): void {
  const temporary = `${path}.new`;
  try {
    writeWhole(temporary, Buffer.from(data), options);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncDirectory(dirname(path));
}

function writeWhole(path: string, bytes: Uint8Array, { mode = FOR_ITS_OWNER, owner }: FileOptions): void {
  rmSync(path, { force: true });
  const file = openSync(path, 'wx', mode);
  try {
    if (owner !== undefined) fchownSync(file, owner.uid, owner.gid);
    for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function syncDirectory(path: string): void {
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

/** Undefined when there is no such file. */
export function readFileIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    return whenMissing(undefined)(error);
  }
}
