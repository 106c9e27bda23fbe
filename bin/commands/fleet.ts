import type { Command } from 'commander';
import { addFleetCacheCommand } from '../fleet-commands/cache.ts';
import { addFleetClassCommand } from '../fleet-commands/class.ts';
import { addFleetCompareCommand } from '../fleet-commands/compare.ts';
import { addFleetOutdatedCommands } from '../fleet-commands/outdated.ts';
import { addFleetPackagesCommands } from '../fleet-commands/packages.ts';
import { addFleetRefreshCommand } from '../fleet-commands/refresh.ts';
import { addFleetAgentPackageCommand } from '../fleet-commands/agent-package.ts';
import { addFleetApproveCommand } from '../fleet-commands/approve.ts';
import { addFleetAuditCommand } from '../fleet-commands/audit.ts';
import { addFleetDecisionCommands } from '../fleet-commands/decide.ts';
import { addFleetEnrolCommand } from '../fleet-commands/enrol.ts';
import { addFleetEventsCommand } from '../fleet-commands/events.ts';
import { addFleetFilesCommands } from '../fleet-commands/files.ts';
import { addFleetSourcesCommands } from '../fleet-commands/sources.ts';
import { addFleetLoginCommands } from '../fleet-commands/login.ts';
import { addFleetUpgradeAgentCommand } from '../fleet-commands/package-files/upgrade-agent-command.ts';
import { addFleetChangeCommands } from '../fleet-commands/jobs/add-change-commands.ts';
import { addFleetJobCommands } from '../fleet-commands/jobs/add-job-commands.ts';
import { addFleetFileCommand } from '../fleet-commands/package-files/add-file-command.ts';
import { addFleetTaskCommand } from '../fleet-commands/task.ts';
import { addFleetTokenCommand } from '../fleet-commands/token.ts';
import { addFleetUserCommand } from '../fleet-commands/user.ts';
import { addFleetHostsCommand } from '../fleet-commands/hosts.ts';
import { addFleetOrderKeyCommand } from '../fleet-commands/order-key.ts';
import { addFleetPushCommand } from '../fleet-commands/push.ts';
import { addFleetRelayCommand } from '../fleet-commands/relay.ts';
import { addFleetServeCommand } from '../fleet-commands/serve.ts';
import { addFleetSimulateCommand } from '../fleet-commands/simulate.ts';
import { addFleetTlsCommand } from '../fleet-commands/tls.ts';
import { addFleetScheduleCommand } from '../fleet-commands/schedule.ts';
import { addFleetWindowCommand } from '../fleet-commands/window.ts';
import { addFleetShowCommand } from '../fleet-commands/show.ts';
import { addFleetStatusCommand } from '../fleet-commands/status.ts';

/** `gutinteg fleet …`. */
export function addFleetCommand(program: Command): void {
  const fleet = program
    .command('fleet')
    .description('know what every host of the site has installed, and bring it up to date')
    .addHelpText('after', HELP);
  for (const { task, commands } of TASKS) {
    fleet.commandsGroup(task);
    for (const add of commands) add(fleet);
  }
}

type Task = { readonly task: string; readonly commands: readonly ((fleet: Command) => void)[] };

const TASKS: readonly Task[] = [
  {
    task: 'Look:',
    commands: [
      addFleetStatusCommand,
      addFleetHostsCommand,
      addFleetShowCommand,
      addFleetOutdatedCommands,
      addFleetPackagesCommands,
      addFleetCompareCommand,
      addFleetClassCommand,
      addFleetEventsCommand,
    ],
  },
  {
    task: 'Ask hosts:',
    commands: [addFleetRefreshCommand, addFleetFilesCommands, addFleetTaskCommand, addFleetPushCommand],
  },
  {
    task: 'Change hosts, by a job:',
    commands: [addFleetChangeCommands, addFleetFileCommand, addFleetSourcesCommands, addFleetUpgradeAgentCommand],
  },
  { task: 'Jobs; approve lets hosts in, too:', commands: [addFleetApproveCommand, addFleetJobCommands] },
  { task: 'When:', commands: [addFleetWindowCommand, addFleetScheduleCommand] },
  { task: 'Who takes part:', commands: [addFleetEnrolCommand, addFleetDecisionCommands, addFleetAgentPackageCommand] },
  {
    task: 'Accounts:',
    commands: [addFleetUserCommand, addFleetTokenCommand, addFleetLoginCommands, addFleetAuditCommand],
  },
  {
    task: 'Servers:',
    commands: [
      addFleetServeCommand,
      addFleetTlsCommand,
      addFleetRelayCommand,
      addFleetCacheCommand,
      addFleetOrderKeyCommand,
      addFleetSimulateCommand,
    ],
  },
];

const HELP = `
Exit codes: 0 done; 1 failed, or the server could not be asked; 2 bad input; 3 something was found: there is something to upgrade
(outdated), hosts differ (compare), a file is not as installed (files), the log was changed (audit verify), a
job has ended and some hosts are not as wanted (wait).
On hosts, gutinteg-fleet has 4, too: all is right there, but the server is away.
`;
