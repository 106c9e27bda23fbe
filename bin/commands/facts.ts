import type { Command } from 'commander';

/** `gutinteg facts`. */
export function addFactsCommand(program: Command): void {
  program
    .command('facts')
    .description("print this machine's firmware, network cards and disks as JSON; reads only")
    .addHelpText('after', FACTS_HELP)
    .action(async () => {
      const { readFacts } = await import('../../installer/look/read-facts.ts');
      const { runCommand } = await import('../../lib/run-command.ts');
      process.stdout.write(`${JSON.stringify(await readFacts(runCommand), null, 2)}\n`);
    });
}

const FACTS_HELP = `
Run it as root on the machine that is to be installed, from any Linux. What it prints is the input of 'gutinteg plan'
and 'gutinteg partition'.

Examples:
  gutinteg facts > facts.json
  gutinteg plan q-bert --site ~/site --disks facts.json
`;
