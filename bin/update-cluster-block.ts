// See bin/cluster-commands/block.ts and docs/update-cluster.md.
import { Command } from 'commander';
import { addCompletionCommand } from './completion/add-completion-command.ts';
import { defineBlock } from './cluster-commands/block.ts';
import { runProgram } from './run-program.ts';

const program = defineBlock(new Command('update-cluster-block')).version('0.1.0');
addCompletionCommand(program);
await runProgram(program);
