// A copy of this program, while its package is upgraded. In: a directory of root's. Out: the copy; or the program as it was, put back file by
// file, each whole at any time. Never: forgets the copy before all of it is back.
import {
  closeSync,
  copyFileSync,
  cpSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError } from '../../lib/errors.ts';
import { readFileIfThere, replaceFile } from '../state/replace-file.ts';
import type { FileChanges } from './order-plan.ts';
import type { LeftAlone } from './outside-unit.ts';

const LIBRARY = '/usr/lib/gutinteg-fleet';
const WRAPPER = '/usr/bin/gutinteg-fleet';

const placesOf = (directory: string) => ({
  lib: join(directory, 'lib'),
  wrapper: join(directory, 'gutinteg-fleet'),
  /** The version that is being tried. */
  tried: join(directory, 'tried'),
});

/** Beside the copy: the version that was last tried in vain. */
const putBackFile = (directory: string): string => `${directory}-put-back`;

/** The old program, which waits for the end of the upgrade. */
export function watchdogOf(directory: string): LeftAlone {
  const { wrapper, lib } = placesOf(directory);
  return { argv: [wrapper, 'put-back'], env: { GUTINTEG_FLEET_LIB: lib } };
}

export const keepProgram = (directory: string, version: string): FileChanges => ({
  make: () => copyProgram(directory, version),
  keep: () => {
    rmSync(putBackFile(directory), { force: true });
    rmSync(directory, { recursive: true, force: true });
  },
  takeBack: () => void putBack(directory),
});

/** The copy is there as a whole, or not at all. */
function copyProgram(directory: string, version: string): void {
  const fresh = `${directory}.new`;
  const { lib, wrapper, tried } = placesOf(fresh);
  for (const path of [fresh, directory]) rmSync(path, { recursive: true, force: true });
  mkdirSync(fresh, { mode: 0o700 });
  cpSync(LIBRARY, lib, { recursive: true });
  copyFileSync(WRAPPER, wrapper);
  replaceFile(tried, version);
  renameSync(fresh, directory);
}

/** @returns false when there is no copy: the upgrade has come to its end */
export function putBack(directory: string): boolean {
  if (!existsSync(directory)) return false;
  const { lib, wrapper, tried } = placesOf(directory);
  replaceFile(putBackFile(directory), readFileIfThere(tried)?.toString() ?? '');
  for (const entry of readdirSync(lib, { recursive: true, withFileTypes: true })) {
    const from = join(entry.parentPath, entry.name);
    if (!entry.isDirectory()) putFile(from, join(LIBRARY, from.slice(lib.length)));
  }
  putFile(wrapper, WRAPPER);
  rmSync(directory, { recursive: true, force: true });
  return true;
}

/** Whoever starts the program meanwhile sees the one file or the other. */
function putFile(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true, mode: 0o755 });
  const fresh = `${to}.put-back`;
  copyFileSync(from, fresh);
  const handle = openSync(fresh, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(fresh, to);
}

/** The package system has it, and the program is an older one. @throws UserError when it is this version */
export function refusePutBack(directory: string, version: string): void {
  if (readFileIfThere(putBackFile(directory))?.toString() !== version) return;
  throw new UserError(`version ${version} of gutinteg-fleet was tried here, and the old program was put back`, {
    hint: `another version; or, once it is known why: rm ${putBackFile(directory)}`,
  });
}
