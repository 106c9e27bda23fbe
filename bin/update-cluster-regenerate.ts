// See bin/cluster-commands/regenerate.ts and docs/update-cluster.md.
import { Command } from 'commander';
import { addCompletionCommand } from './completion/add-completion-command.ts';
import { defineRegenerate } from './cluster-commands/regenerate.ts';
import { runProgram } from './run-program.ts';

const program = defineRegenerate(new Command('update-cluster-regenerate')).version('0.1.0');
addCompletionCommand(program);
await runProgram(program);
