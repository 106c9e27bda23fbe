// See bin/cluster-commands/remove.ts and docs/update-cluster.md.
import { Command } from 'commander';
import { addCompletionCommand } from './completion/add-completion-command.ts';
import { defineRemove } from './cluster-commands/remove.ts';
import { runProgram } from './run-program.ts';

const program = defineRemove(new Command('update-cluster-remove')).version('0.1.0');
addCompletionCommand(program);
await runProgram(program);
