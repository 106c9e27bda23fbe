import { parseArgs } from 'node:util';
import type { ParseArgsConfig } from 'node:util';
import { UserError } from '../lib/errors.ts';

/** The options of a benchmark. @throws UserError (exit code 2) for one that there is not, or that lacks its value */
export function parseOptions<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UserError(error.message, { exitCode: 2 });
  }
}
