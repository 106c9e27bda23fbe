// The administrator's program. Each file in bin/commands/ adds its own command and imports what it needs when it runs.
import { Command } from 'commander';
import { addAgentCommand } from './commands/agent.ts';
import { addArmCommand } from './commands/arm.ts';
import { addClaimCommand } from './commands/claim.ts';
import { addDiffCommand } from './commands/diff.ts';
import { addExplainCommand } from './commands/explain.ts';
import { addFactsCommand } from './commands/facts.ts';
import { addFleetCommand } from './commands/fleet.ts';
import { addHealthCommand } from './commands/health.ts';
import { addImageCommand } from './commands/image.ts';
import { addInitCommand } from './commands/init.ts';
import { addMediaCommand } from './commands/media.ts';
import { addPackageCommand } from './commands/package.ts';
import { addPartitionCommand } from './commands/partition.ts';
import { addPlanCommand } from './commands/plan.ts';
import { addPrepareCommand } from './commands/prepare.ts';
import { addRamdiskCommand } from './commands/ramdisk.ts';
import { addRehearseCommand } from './commands/rehearse.ts';
import { addServeCommand } from './commands/serve.ts';
import { addServiceCommand } from './commands/service.ts';
import { addStatusCommand } from './commands/status.ts';
import { addCompletionCommand } from './completion/add-completion-command.ts';

/** `gutinteg`, as the administrator types it: its commands, grouped by task. */
export function defineGutinteg(): Command {
  const program = new Command('gutinteg')
    .description('Installs machines over the network and keeps them as they are described.')
    .version('0.1.0')
    .showHelpAfterError('(gutinteg --help shows every command)')
    .addHelpText('after', GUTINTEG_HELP);
  for (const { task, commands } of TASKS) {
    program.commandsGroup(task);
    for (const add of commands) add(program);
  }
  return program.helpCommand(true);
}

type Task = { readonly task: string; readonly commands: readonly ((program: Command) => void)[] };

const TASKS: readonly Task[] = [
  { task: 'Begin a site:', commands: [addInitCommand] },
  {
    task: 'Describe machines and check what would happen:',
    commands: [addPlanCommand, addExplainCommand, addDiffCommand, addPartitionCommand, addRehearseCommand],
  },
  {
    task: 'Make what machines get:',
    commands: [addPrepareCommand, addImageCommand, addPackageCommand, addRamdiskCommand, addMediaCommand],
  },
  { task: 'Serve and install:', commands: [addServeCommand, addServiceCommand, addArmCommand] },
  { task: 'Look after:', commands: [addStatusCommand, addHealthCommand, addFleetCommand] },
  { task: "The machine's side:", commands: [addFactsCommand, addClaimCommand, addAgentCommand] },
  { task: 'Help:', commands: [addCompletionCommand] },
];

const GUTINTEG_HELP = `
The machine database has a program of its own: machdb --help. On an installed machine, 'gutinteg' is the program that
brings the machine back to its description: docs/nightly.md.

Documents: README.md lists them all. docs/first-site.md goes from nothing to an installed machine; docs/site.md describes
the site directory, docs/booting.md what happens on the network.

Exit codes: 0 done, 1 failed, 2 bad input, 3 differences, or something would be destroyed. Each command's --help has its
own.`;
