import type { Command } from 'commander';
import { addFleetHostsCommand } from '../fleet-commands/hosts.ts';
import { addFleetServeCommand } from '../fleet-commands/serve.ts';
import { addFleetTlsCommand } from '../fleet-commands/tls.ts';
import { addFleetShowCommand } from '../fleet-commands/show.ts';
import { addFleetStatusCommand } from '../fleet-commands/status.ts';

/** `gutinteg fleet …`. */
export function addFleetCommand(program: Command): void {
  const fleet = program.command('fleet').description('know what every host of the site has installed');
  addFleetServeCommand(fleet);
  addFleetTlsCommand(fleet);
  addFleetStatusCommand(fleet);
  addFleetHostsCommand(fleet);
  addFleetShowCommand(fleet);
}
