// A program of commands, from its arguments to its exit code. In: commands. Out: what runMain makes of their errors.
import { CommanderError } from 'commander';
import type { Command } from 'commander';
import { UserError } from '../lib/errors.ts';
import { runMain } from '../lib/exit.ts';
import { isSystemError } from '../lib/when-missing.ts';

/** Commander alone would exit with 1 for bad usage. */
export const runProgram = (program: Command): Promise<void> =>
  runMain(async () => {
    for (const command of [program, ...program.commands]) command.exitOverride();
    try {
      await program.parseAsync();
    } catch (error) {
      if (isSystemError(error)) throw new UserError('the system did not let gutinteg-fleet go on', { cause: error });
      if (!(error instanceof CommanderError)) throw error;
      process.exitCode = error.exitCode === 0 ? 0 : 2;
    }
  });
