// Compares a directory with its packages: see bin/link-commands/check.ts and docs/packagelink-commands.md.
import { Command } from 'commander';
import { addCompletionCommand } from './completion/add-completion-command.ts';
import { defineCheck } from './link-commands/check.ts';
import { runProgram } from './run-program.ts';

const program = defineCheck(new Command('packagecheck')).version('0.1.0');
addCompletionCommand(program);
await runProgram(program);
