import type { Command } from 'commander';
import { addFleetOptions, connect } from './fleet-options.ts';
import type { FleetOptions } from './fleet-options.ts';

/** `gutinteg fleet order-key`. */
export function addFleetOrderKeyCommand(fleet: Command): void {
  addFleetOptions(fleet.command('order-key'))
    .description('print the key that the executors of hosts need to take orders of this server, and nothing else')
    .addHelpText('after', '\nExamples:\n  gutinteg fleet order-key --state /var/lib/gutinteg\n')
    .action(showKey);
}

async function showKey(options: FleetOptions): Promise<void> {
  const { showOrderKey } = await import('../../contract/fleet/api/jobs.ts');
  const { publicKey } = await (await connect(options)).ask(showOrderKey, {});
  process.stdout.write(`${publicKey}\n`);
}
