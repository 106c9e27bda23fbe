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
    const cause = error.cause instanceof Error ? error.cause.message : '';
    if (!error.message.includes(cause)) process.stderr.write(`  cause: ${harmlessLines(cause)}\n`);
    if (error.hint !== undefined) process.stderr.write(`  try: ${harmlessLines(error.hint)}\n`);
    process.exitCode = error.exitCode;
  }
}
