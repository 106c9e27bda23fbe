// From the options of a command to what the executor needs. In: directories, limits. Out: a context. Never: makes a directory that
// others may write.
import { chmodSync, closeSync, constants, fstatSync, lstatSync, mkdirSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { hostKeySchema, idOfKey } from '../../contract/fleet/enrolment.ts';
import { UserError } from '../../lib/errors.ts';
import { whenMissing } from '../../lib/when-missing.ts';
import { executorPaths } from './executor-paths.ts';
import type { ExecutorPaths } from './executor-paths.ts';
import { makeRecord, readRecord } from './own-record.ts';
import { requireRoots } from './trust-file.ts';

/** Others may pass it, to their reports, and see nothing. @throws UserError when it is somebody else's */
export function openExecutorDirectory(directory: string, trustFile: string): ExecutorPaths {
  const paths = executorPaths(directory, trustFile);
  mkdirSync(directory, { recursive: true, mode: 0o711 });
  const stats = lstatSync(directory);
  if (!stats.isDirectory()) throw new UserError(`${directory} is not a directory`);
  requireRoots(stats, directory);
  chmodSync(directory, 0o711);
  mkdirSync(paths.reports, { recursive: true, mode: 0o711 });
  return paths;
}

/**
 * Which host this is, is noted once, from the talker's directory; afterwards the talker's word for it does not count.
 * @throws UserError when it has no key yet
 */
export function requireHost({ record }: ExecutorPaths, state: string): string {
  const known = readRecord(record)?.host;
  if (known !== undefined) return known;
  const host = readHostId(state);
  makeRecord(record, host);
  return host;
}

/** @throws UserError when there is none */
export function readHostId(state: string): string {
  const path = join(state, 'public-key');
  const { data } = hostKeySchema.safeParse(readStart(path)?.trim());
  if (data !== undefined) return idOfKey(data);
  throw new UserError(`${path} has no key of this host: it belongs to no fleet yet`, { hint: 'gutinteg-fleet enrol' });
}

/** The file is another user's. */
function readStart(path: string): string | undefined {
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const bytes = Buffer.alloc(200);
      return fstatSync(file).isFile() ? bytes.subarray(0, readSync(file, bytes)).toString() : undefined;
    } finally {
      closeSync(file);
    }
  } catch (error) {
    return whenMissing(undefined)(error);
  }
}
