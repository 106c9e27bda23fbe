import { Option } from 'commander';
import type { Command } from 'commander';
import { hostStates } from '../../contract/fleet/enrolment.ts';
import type { HostState } from '../../contract/fleet/enrolment.ts';
import { addFleetOptions, connect } from './fleet-options.ts';
import type { FleetOptions } from './fleet-options.ts';

type HostsOptions = FleetOptions & { readonly only?: HostState; readonly class?: string };

/** `gutinteg fleet hosts [PATTERN]`. */
export function addFleetHostsCommand(fleet: Command): void {
  addFleetOptions(fleet.command('hosts'))
    .description('list the hosts of the fleet')
    .argument('[search]', 'a part of their names, or a pattern with * and ?')
    .addOption(new Option('--only <what>', 'only hosts in this state').choices(hostStates))
    .option('--class <class>', "only hosts of this class, or of a selector such as 'is=outdated'")
    .addHelpText('after', HELP)
    .action(hosts);
}

async function hosts(search: string | undefined, options: HostsOptions): Promise<void> {
  const { listHosts } = await import('../../contract/fleet/api/hosts.ts');
  const { readWhole } = await import('./read-pages.ts');
  const { print, printJson, printTable } = await import('./output/print.ts');
  const { hostCells, HOST_HEADER } = await import('./output/host-text.ts');
  const client = await connect(options);
  const input = {
    ...(options.only === undefined ? {} : { state: options.only }),
    ...(search === undefined ? {} : { search }),
    ...(options.class === undefined ? {} : { class: options.class }),
  };
  const answer = await readWhole('hosts', (page) => client.ask(listHosts, { ...input, ...page, limit: 1000 }));
  if (options.json === true) return printJson(answer);
  if (answer.hosts.length === 0) return print(['no such host; gutinteg fleet enrol makes a token that lets one in']);
  printTable(
    HOST_HEADER,
    answer.hosts.map((host) => hostCells(host, Date.now())),
  );
}

const HELP = `
The last column says how a host is: outdated, held, kept back, phased, broken, needing a restart, silent and others are each
told apart, and only a host of which there is nothing to say is up to date.

Examples:
  gutinteg fleet hosts --site ~/site
  gutinteg fleet hosts 'lab-*' --json
  gutinteg fleet hosts --only pending
  gutinteg fleet hosts --class 'is=security and site=north'
`;
