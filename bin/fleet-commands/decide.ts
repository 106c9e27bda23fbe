import type { Command } from 'commander';
import { askForEach } from './ask-for-each.ts';
import { addFleetOptions, connect } from './fleet-options.ts';
import type { FleetOptions } from './fleet-options.ts';

type HostsOperation = 'releaseHost' | 'takeOutHost';
type DecideOptions = FleetOptions & { readonly reason: string };

/** `revoke`, `release`, `rename` and `take-out`. */
export function addFleetDecisionCommands(fleet: Command): void {
  addSimple(fleet, {
    name: 'release',
    operation: 'releaseHost',
    description: 'let a quarantined host in anew, or one that has lost its state',
    said: 'is let in anew: the first machine that now comes with its key is the host',
    help: `Two machines had one identity. Give one of them a new key first, or switch it off: the first that comes is the host.
`,
  });
  addSimple(fleet, {
    name: 'take-out',
    operation: 'takeOutHost',
    description: 'forget hosts, such as machines that are gone; their keys may ask again',
    said: 'is forgotten',
    help: '',
  });
  addFleetOptions(fleet.command('revoke'))
    .description('turn a host away for good: its key is never let in again')
    .argument('<host>', 'its name or id')
    .requiredOption('--reason <words>', 'why; it is told so')
    .addHelpText('after', REVOKE_HELP)
    .action(revoke);
  addFleetOptions(fleet.command('rename'))
    .description('give a host another name')
    .argument('<host>', 'its name or id')
    .argument('<new-host-name>', 'letters, digits, dots and hyphens')
    .addHelpText('after', RENAME_HELP)
    .action(rename);
}

type Simple = {
  readonly name: string;
  readonly operation: HostsOperation;
  readonly description: string;
  readonly said: string;
  readonly help: string;
};

function addSimple(fleet: Command, { name, operation, description, said, help }: Simple): void {
  addFleetOptions(fleet.command(name))
    .description(description)
    .argument('<hosts...>', 'names or ids')
    .addHelpText('after', `\n${help}Examples:\n  gutinteg fleet ${name} web1 --site ~/site\n`)
    .action(async (hosts: readonly string[], options: FleetOptions) => {
      const api = await import('../../contract/fleet/api/hosts.ts');
      const client = await connect(options);
      await askForEach(hosts, async (host) => {
        await client.ask(api[operation], { host });
        return said;
      });
    });
}

async function revoke(host: string, options: DecideOptions): Promise<void> {
  const { revokeHost } = await import('../../contract/fleet/api/hosts.ts');
  const { print } = await import('./output/print.ts');
  const client = await connect(options);
  await client.ask(revokeHost, { host, reason: options.reason });
  print([`${host} is turned away; it is told so at its next check-in`]);
}

async function rename(host: string, name: string, options: FleetOptions): Promise<void> {
  const { renameHost } = await import('../../contract/fleet/api/hosts.ts');
  const { print } = await import('./output/print.ts');
  const client = await connect(options);
  await client.ask(renameHost, { host, name });
  print([`${host} is ${name} now`]);
}

const REVOKE_HELP = `
Examples:
  gutinteg fleet revoke web1 --reason 'its disk was stolen'
`;

const RENAME_HELP = `
Examples:
  gutinteg fleet rename web1 web-old
`;
