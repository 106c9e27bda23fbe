import { UserError } from './errors.ts';
import { harmlessLines } from './harmless-text.ts';

/**
 * Runs a command's main function: a UserError becomes its message, its hint and its exit code; anything else is
 * a defect and is rethrown with its stack. Used by bin/ only.
 */
export async function runMain(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    // It may repeat what a host, a file or another program has said.
    process.stderr.write(`${harmlessLines(error.message)}\n`);
    if (error.cause instanceof Error) process.stderr.write(`  cause: ${harmlessLines(error.cause.message)}\n`);
    if (error.hint !== undefined) process.stderr.write(`  try: ${harmlessLines(error.hint)}\n`);
    process.exitCode = error.exitCode;
  }
}
