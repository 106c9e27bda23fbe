// What was asked for, before anything is opened. In: options of the command line, the file. Out: nothing, or an error.
import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { UserError } from '../../lib/errors.ts';
import { isSystemError, whenMissing } from '../../lib/when-missing.ts';
import { isMediumImage } from '../../netboot/media/is-medium-image.ts';
import type { MediaOptions } from './media-options.ts';

/** @throws UserError (exit code 2) */
export async function checkMediaOptions(options: MediaOptions): Promise<void> {
  const { offline, machine = [], initData = [], knownEmpty = [] } = options;
  if (offline === true && machine.length === 0) {
    throw wrong('an offline medium erases machines without asking anybody: name them', '--machine HOST');
  }
  if (offline !== true && machine.length > 0) {
    throw wrong('without --offline, the server says which machines are installed: those that are armed', '--offline');
  }
  if (initData.length + knownEmpty.length > 0 && machine.length !== 1) {
    throw wrong('--init-data and --known-empty are about one machine of an offline medium', '--offline --machine HOST');
  }
  if (machine.includes('')) throw wrong('the name of a machine is empty', '--machine HOST');
  await checkOutput(options.out);
}

/** Only a file, or none yet: which disk is erased must not hang on a name such as sdb. */
async function checkOutput(given: string): Promise<void> {
  if (given === '' || given === '-' || given.endsWith('/')) throw wrong(`'${given}' names no file`, '--out site.iso');
  const path = resolve(given);
  const found = await look(path);
  if (found?.isBlockDevice() === true) {
    throw wrong(
      `${path} is a device; the image is always a file, which you copy after comparing the serial number; nothing was written`,
      `lsblk --output NAME,SERIAL,SIZE,MOUNTPOINTS ${path}`,
    );
  }
  if (found !== undefined && !found.isFile()) throw wrong(`${path} is there and is not a file`, '--out FILE');
  if (found !== undefined && found.size > 0 && !(await isMediumImage(path))) {
    throw wrong(`${path} is there and is no image of a medium, so it is not replaced`, '--out with another name');
  }
  await checkDirectory(dirname(path));
}

/** mkdir helps only where nothing is in the way. */
async function checkDirectory(directory: string): Promise<void> {
  for (let place = directory; ; place = dirname(place)) {
    const found = await look(place);
    if (found === undefined) continue;
    if (!found.isDirectory()) throw wrong(`${place} is a file, not a directory`, '--out FILE in a directory');
    if (place === directory) return;
    throw wrong(`there is no directory ${directory}`, `mkdir -p ${directory}`);
  }
}

async function look(path: string): Promise<Stats | undefined> {
  return stat(path)
    .catch(whenMissing(undefined))
    .catch((cause: unknown) => {
      throw isSystemError(cause) ? wrong(`nothing can be written to ${path}`, '--out with another name', cause) : cause;
    });
}

function wrong(message: string, hint: string, cause?: unknown): UserError {
  return new UserError(`building a medium: ${message}`, { exitCode: 2, hint, cause });
}
