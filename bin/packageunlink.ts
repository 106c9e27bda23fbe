// Removes packages from a directory: see bin/link-commands/unlink.ts and docs/packagelink-commands.md.
import { Command } from 'commander';
import { addCompletionCommand } from './completion/add-completion-command.ts';
import { defineUnlink } from './link-commands/unlink.ts';
import { runProgram } from './run-program.ts';

const program = defineUnlink(new Command('packageunlink')).version('0.1.0');
addCompletionCommand(program);
await runProgram(program);
