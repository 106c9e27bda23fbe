// What was asked for, before anything is opened. In: options of the command line, the file. Out: nothing, or an error.
import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { UserError } from '../../lib/errors.ts';
import { whenMissing } from '../../lib/when-missing.ts';
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
  await checkOutput(resolve(options.out));
}

/** Only a file, or none yet: which disk is erased must not hang on a name such as sdb. */
async function checkOutput(path: string): Promise<void> {
  const found = await stat(path).catch(whenMissing(undefined));
  if (found?.isBlockDevice() === true) {
    throw wrong(
      `${path} is a device; the image is always a file, which you copy after comparing the serial number; nothing was written`,
      `lsblk --output NAME,SERIAL,SIZE,MOUNTPOINTS ${path}`,
    );
  }
  if (found !== undefined && !found.isFile()) throw wrong(`${path} is there and is not a file`, '--out FILE');
  const directory = await stat(dirname(path)).catch(whenMissing(undefined));
  if (directory?.isDirectory() !== true)
    throw wrong(`there is no directory ${dirname(path)}`, `mkdir ${dirname(path)}`);
}

function wrong(message: string, hint: string): UserError {
  return new UserError(`building a medium: ${message}`, { exitCode: 2, hint });
}
