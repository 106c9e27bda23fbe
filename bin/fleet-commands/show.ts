import type { Command } from 'commander';
import { addFleetOptions, connect } from './fleet-options.ts';
import type { FleetOptions } from './fleet-options.ts';

/** `gutinteg fleet show HOST`. */
export function addFleetShowCommand(fleet: Command): void {
  addFleetOptions(fleet.command('show'))
    .description('show what is known of a host, and what happened to it')
    .argument('<host>', 'its name or id')
    .addHelpText('after', HELP)
    .action(show);
}

async function show(host: string, options: FleetOptions): Promise<void> {
  const { showHost } = await import('../../contract/fleet/api/hosts.ts');
  const { print, printJson } = await import('./output/print.ts');
  const { hostLines } = await import('./output/host-text.ts');
  const client = await connect(options);
  const answer = await client.ask(showHost, { host });
  if (options.json === true) return printJson(answer);
  print(hostLines(answer, Date.now()));
}

const HELP = `
Examples:
  gutinteg fleet show web1 --site ~/site
  gutinteg fleet show web1 --json
`;
