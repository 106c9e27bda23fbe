import { UserError } from './errors.ts';

/**
 * Runs a command's main function: a UserError becomes its message, its hint and its exit code; anything else is
 * a defect and is rethrown with its stack. Used by bin/ only.
 */
export async function runMain(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    process.stderr.write(`${error.message}\n`);
    if (error.cause instanceof Error) process.stderr.write(`  cause: ${error.cause.message}\n`);
    if (error.hint !== undefined) process.stderr.write(`  try: ${error.hint}\n`);
    process.exitCode = error.exitCode;
  }
}
