// Links packages onto a directory: see bin/link-commands/link.ts and docs/packagelink-commands.md.
import { Command } from 'commander';
import { addCompletionCommand } from './completion/add-completion-command.ts';
import { addExplainCommand } from './link-commands/explain.ts';
import { defineLink } from './link-commands/link.ts';
import { addRepairCommand } from './link-commands/repair.ts';
import { runProgram } from './run-program.ts';

const program = defineLink(new Command('packagelink')).version('0.1.0');
addExplainCommand(program);
addRepairCommand(program);
addCompletionCommand(program);
await runProgram(program);
