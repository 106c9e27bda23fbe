// A finished tree → its place in the site. In: a tree, the open directory of packages, a name. Out: the package, in one
// step. Never: follows a link; a moment without the package that is replaced, where the file system can exchange names.
import { closeSync, constants, lstatSync, openSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { UserError } from '../../lib/errors.ts';
import { parseEdge } from '../../lib/parse-edge.ts';
import { exchange } from '../../packagelink/native/exchange.ts';
import { SETTINGS_FILE } from '../../packagelink/package/package-settings.ts';
import { throughDescriptor } from './site-directory.ts';

export type ImportTarget = {
  /** The open directory of packages. */
  readonly packages: string;
  readonly name: string;
  /** How the user knows the package's directory. */
  readonly shown: string;
};

/** @throws UserError when the package is there and is not to be replaced, or is not a directory */
export function checkPlace({ packages, name, shown }: ImportTarget, replace: boolean): void {
  const there = lstatSync(join(packages, name), { throwIfNoEntry: false });
  if (there === undefined) return;
  if (!there.isDirectory()) {
    throw new UserError(
      `importing into ${shown}: it is not a directory, and links are not followed; nothing was changed`,
      { exitCode: 2 },
    );
  }
  if (!replace)
    throw new UserError(`importing: ${shown} exists; nothing was changed`, {
      exitCode: 2,
      hint: '--replace, or --name NAME',
    });
}

/** The settings of a package that is there, without defaults; none when there are none. @throws FaultsError, UserError */
export function readSettingsBefore({ packages, name, shown }: ImportTarget): Record<string, unknown> {
  const text = readInside(join(packages, name), SETTINGS_FILE);
  const file = join(shown, SETTINGS_FILE);
  if (text === undefined) return {};
  try {
    return parseEdge(z.record(z.string(), z.unknown()), (parse(text) as unknown) ?? {}, file);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${file} is not YAML; nothing was changed`, { exitCode: 2 });
  }
}

/** Puts the tree there; what was there lies where the tree was, or in `aside`. */
export function placeTree({ packages, name }: ImportTarget, tree: string, aside: string): void {
  const place = join(packages, name);
  const isThere = lstatSync(place, { throwIfNoEntry: false }) !== undefined;
  if (isThere && exchange(tree, place)) return;
  if (isThere) renameSync(place, aside);
  try {
    renameSync(tree, place);
  } catch (error) {
    if (isThere) renameSync(aside, place);
    throw error;
  }
}

function readInside(dir: string, name: string): string | undefined {
  if (lstatSync(dir, { throwIfNoEntry: false }) === undefined) return undefined;
  const parent = openSync(dir, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    const file = join(throughDescriptor(parent), name);
    const stat = lstatSync(file, { throwIfNoEntry: false });
    if (stat === undefined) return undefined;
    if (stat.isFile()) return readRegular(file);
    throw new UserError(
      `importing: ${name} of the package that is there is not a regular file, and links are not followed`,
      {
        exitCode: 2,
      },
    );
  } finally {
    closeSync(parent);
  }
}

function readRegular(file: string): string {
  const fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    return readFileSync(fd, 'utf8');
  } finally {
    closeSync(fd);
  }
}
