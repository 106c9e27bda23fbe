// See bin/cluster-commands/add.ts and docs/update-cluster.md.
import { Command } from 'commander';
import { addCompletionCommand } from './completion/add-completion-command.ts';
import { defineAdd } from './cluster-commands/add.ts';
import { runProgram } from './run-program.ts';

const program = defineAdd(new Command('update-cluster-add')).version('0.1.0');
addCompletionCommand(program);
await runProgram(program);
