// The administrator's command. Each file in bin/commands/ adds its own part and imports what it needs when it runs.
import { Command } from 'commander';
import { addAgentCommand } from './commands/agent.ts';
import { addArmCommand } from './commands/arm.ts';
import { addClaimCommand } from './commands/claim.ts';
import { addDiffCommand } from './commands/diff.ts';
import { addExplainCommand } from './commands/explain.ts';
import { addHealthCommand } from './commands/health.ts';
import { addImageCommand } from './commands/image.ts';
import { addInitCommand } from './commands/init.ts';
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
import { runProgram } from './run-program.ts';

const program = new Command('gutinteg')
  .description('From bare metal to a known machine, and back to it every night.')
  .version('0.1.0')
  .showHelpAfterError('(gutinteg --help shows every command)');

addInitCommand(program);
addPrepareCommand(program);
addServeCommand(program);
addArmCommand(program);
addClaimCommand(program);
addAgentCommand(program);
addStatusCommand(program);
addHealthCommand(program);
addServiceCommand(program);
addPlanCommand(program);
addExplainCommand(program);
addDiffCommand(program);
addPartitionCommand(program);
addImageCommand(program);
addPackageCommand(program);
addRamdiskCommand(program);
addRehearseCommand(program);
addCompletionCommand(program);

await runProgram(program);
