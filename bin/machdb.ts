// Questions to a site's machine database, and changes of it. Each file in bin/machdb-commands/ adds its own command
// and imports what it needs when it runs.
import { Command } from 'commander';
import { addCheckCommand } from './machdb-commands/check.ts';
import { addDiffCommand } from './machdb-commands/diff.ts';
import { addExplainCommand } from './machdb-commands/explain.ts';
import { addGrepCommand } from './machdb-commands/grep.ts';
import { addListCommand } from './machdb-commands/list.ts';
import { addQueryCommand } from './machdb-commands/query.ts';
import { addTreeCommand } from './machdb-commands/tree.ts';
import { addCompletionCommand } from './completion/add-completion-command.ts';
import { runProgram } from './run-program.ts';

const program = new Command('machdb')
  .description("Asks, checks and changes a site's machine database (docs/machdb.md).")
  .version('0.1.0')
  .showHelpAfterError('(machdb --help shows every command)');

addQueryCommand(program);
addListCommand(program);
addGrepCommand(program);
addTreeCommand(program);
addExplainCommand(program);
addDiffCommand(program);
addCheckCommand(program);
addCompletionCommand(program);

await runProgram(program);
