// The administrator's command. Each file in bin/commands/ adds its own part and imports what it needs when it runs.
import { Command } from 'commander';
import { runMain } from '../lib/exit.ts';

const program = new Command('gutinteg')
  .description('From bare metal to a known machine, and back to it every night.')
  .version('0.1.0')
  .showHelpAfterError('(gutinteg --help shows every command)');

await runMain(async () => {
  await program.parseAsync();
});
