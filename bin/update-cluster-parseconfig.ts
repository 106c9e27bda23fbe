// See bin/cluster-commands/parseconfig.ts and docs/update-cluster.md.
import { Command } from 'commander';
import { addCompletionCommand } from './completion/add-completion-command.ts';
import { defineParseconfig } from './cluster-commands/parseconfig.ts';
import { runProgram } from './run-program.ts';

const program = defineParseconfig(new Command('update-cluster-parseconfig')).version('0.1.0');
addCompletionCommand(program);
await runProgram(program);
