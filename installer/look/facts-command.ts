// `gutinteg facts` on an installed machine, for a plan of a disk that replaces another one. In: the machine. Out: JSON.
// Never: writes to a disk, asks a server.
import type { Command } from 'commander';
import { runCommand } from '../../lib/run-command.ts';
import { readFacts } from './read-facts.ts';

const HELP = `
The input of 'gutinteg plan' and 'gutinteg partition', which run where the site is.

Example:
  gutinteg facts > facts.json
`;

/** Adds the command. */
export function addFactsCommand(program: Command): void {
  program
    .command('facts')
    .description("print this machine's firmware, network cards and disks as JSON; reads only")
    .addHelpText('after', HELP)
    .action(async () => {
      process.stdout.write(`${JSON.stringify(await readFacts(runCommand), null, 2)}\n`);
    });
}
