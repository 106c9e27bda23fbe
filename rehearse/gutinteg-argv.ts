import { join } from 'node:path';
import type { Argv } from '../lib/run-command.ts';

/** The argv of one of our own commands: a rehearsal calls what an administrator would type. */
export function gutintegArgv(...words: readonly string[]): Argv {
  return [join(import.meta.dirname, '..', 'bin', 'gutinteg'), ...words];
}
