// See bin/cluster-commands/maccollect.ts and docs/update-cluster-maccollect.md.
import { Command } from 'commander';
import { addCompletionCommand } from './completion/add-completion-command.ts';
import { defineMaccollect } from './cluster-commands/maccollect.ts';
import { runProgram } from './run-program.ts';

const program = defineMaccollect(new Command('update-cluster-maccollect')).version('0.1.0');
addCompletionCommand(program);
await runProgram(program);
