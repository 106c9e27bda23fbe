import type { Command } from 'commander';
import { addFleetServeCommand } from '../fleet-commands/serve.ts';
import { addFleetTlsCommand } from '../fleet-commands/tls.ts';

/** `gutinteg fleet …`. */
export function addFleetCommand(program: Command): void {
  const fleet = program.command('fleet').description('know what every host of the site has installed');
  addFleetServeCommand(fleet);
  addFleetTlsCommand(fleet);
}
