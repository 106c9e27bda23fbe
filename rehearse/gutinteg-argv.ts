import { join } from 'node:path';
import type { Argv } from '../lib/run-command.ts';

const bin = join(import.meta.dirname, '..', 'bin');

/** The argv of one of our own commands: a rehearsal calls what an administrator would type. */
export function gutintegArgv(...words: readonly string[]): Argv {
  return [join(bin, 'gutinteg'), ...words];
}

export function machdbArgv(...words: readonly string[]): Argv {
  return [join(bin, 'machdb'), ...words];
}
