import type { Command } from 'commander';
import { addFleetOptions, connect } from './fleet-options.ts';
import type { FleetOptions } from './fleet-options.ts';
import { parseCount } from './parse-count.ts';

type EventsOptions = FleetOptions & { readonly limit: number };

/** `gutinteg fleet events [HOST]`. */
export function addFleetEventsCommand(fleet: Command): void {
  addFleetOptions(fleet.command('events'))
    .description('show what has happened to hosts, the newest first')
    .argument('[host]', 'of this one only')
    .option('--limit <number>', 'how many', parseCount, 50)
    .addHelpText('after', HELP)
    .action(events);
}

async function events(host: string | undefined, options: EventsOptions): Promise<void> {
  const { listEvents } = await import('../../contract/fleet/api/hosts.ts');
  const { printJson, printTable } = await import('./output/print.ts');
  const { timeText } = await import('./output/times.ts');
  const client = await connect(options);
  const answer = await client.ask(listEvents, { limit: options.limit, ...(host === undefined ? {} : { host }) });
  if (options.json === true) return printJson(answer);
  printTable(
    ['AT', 'HOST', 'EVENT'],
    answer.events.map(({ at, name, text }) => [timeText(at), name, text]),
  );
}

const HELP = `
Examples:
  gutinteg fleet events --limit 20
  gutinteg fleet events web1 --json
`;
