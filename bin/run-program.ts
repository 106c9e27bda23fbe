import { CommanderError } from 'commander';
import type { Command } from 'commander';
import { runMain } from '../lib/exit.ts';
import { explainUnexpected } from './explain-unexpected.ts';
import { isSystemError } from '../lib/when-missing.ts';

/** Runs a program with the house's exit codes: commander alone would exit with 1 for bad usage. */
export async function runProgram(program: Command): Promise<void> {
  for (const command of allCommands(program)) {
    command.exitOverride();
    if (command !== program) command.showHelpAfterError(`(${pathOf(command)} --help says how it is used)`);
  }
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // Whoever read the output, such as `head`, has had enough of it.
    if (error.code === 'EPIPE') process.exit();
    if (!isSystemError(error)) throw error;
    process.stderr.write(`the output could not be written: ${error.message}\n`);
    process.exit(1);
  });
  await runMain(async () => {
    try {
      await program.parseAsync();
    } catch (error) {
      if (!(error instanceof CommanderError)) throw explainUnexpected(error);
      // Commander has said what is wrong; help and version come this way too, with 0.
      process.exitCode = error.exitCode === 0 ? 0 : 2;
    }
  });
}

/** `machdb completion bash`, as it is typed. */
function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

function allCommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(allCommands)];
}
