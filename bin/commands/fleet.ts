import type { Command } from 'commander';
import { addFleetClassCommand } from '../fleet-commands/class.ts';
import { addFleetCompareCommand } from '../fleet-commands/compare.ts';
import { addFleetOutdatedCommands } from '../fleet-commands/outdated.ts';
import { addFleetPackagesCommands } from '../fleet-commands/packages.ts';
import { addFleetRefreshCommand } from '../fleet-commands/refresh.ts';
import { addFleetAgentPackageCommand } from '../fleet-commands/agent-package.ts';
import { addFleetAuditCommand } from '../fleet-commands/audit.ts';
import { addFleetDecisionCommands } from '../fleet-commands/decide.ts';
import { addFleetEnrolCommand } from '../fleet-commands/enrol.ts';
import { addFleetEventsCommand } from '../fleet-commands/events.ts';
import { addFleetFilesCommands } from '../fleet-commands/files.ts';
import { addFleetLoginCommands } from '../fleet-commands/login.ts';
import { addFleetTaskCommand } from '../fleet-commands/task.ts';
import { addFleetTokenCommand } from '../fleet-commands/token.ts';
import { addFleetUserCommand } from '../fleet-commands/user.ts';
import { addFleetHostsCommand } from '../fleet-commands/hosts.ts';
import { addFleetPushCommand } from '../fleet-commands/push.ts';
import { addFleetRelayCommand } from '../fleet-commands/relay.ts';
import { addFleetServeCommand } from '../fleet-commands/serve.ts';
import { addFleetTlsCommand } from '../fleet-commands/tls.ts';
import { addFleetShowCommand } from '../fleet-commands/show.ts';
import { addFleetStatusCommand } from '../fleet-commands/status.ts';

/** `gutinteg fleet …`. */
export function addFleetCommand(program: Command): void {
  const fleet = program
    .command('fleet')
    .description('know what every host of the site has installed')
    .addHelpText('after', HELP);
  addFleetServeCommand(fleet);
  addFleetTlsCommand(fleet);
  addFleetRelayCommand(fleet);
  addFleetPushCommand(fleet);
  addFleetStatusCommand(fleet);
  addFleetHostsCommand(fleet);
  addFleetShowCommand(fleet);
  addFleetOutdatedCommands(fleet);
  addFleetPackagesCommands(fleet);
  addFleetCompareCommand(fleet);
  addFleetRefreshCommand(fleet);
  addFleetClassCommand(fleet);
  addFleetEventsCommand(fleet);
  addFleetFilesCommands(fleet);
  addFleetTaskCommand(fleet);
  addFleetEnrolCommand(fleet);
  addFleetDecisionCommands(fleet);
  addFleetUserCommand(fleet);
  addFleetTokenCommand(fleet);
  addFleetLoginCommands(fleet);
  addFleetAuditCommand(fleet);
  addFleetAgentPackageCommand(fleet);
}

const HELP = `
Exit codes: 0 done; 1 failed, or the server could not be asked; 2 bad input; 3 something was found: there is something to upgrade
(outdated), hosts differ (compare), a file is not as installed (files), the log was changed (audit verify).
On hosts, gutinteg-fleet has 4, too: all is right there, but the server is away.
`;
