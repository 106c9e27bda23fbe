// Questions to a site's machine database, and changes of it. Each file in bin/machdb-commands/ adds its own command
// and imports what it needs when it runs.
import { Command } from 'commander';
import { addAddCommand } from './machdb-commands/add.ts';
import { addCheckCommand } from './machdb-commands/check.ts';
import { addCloneCommand } from './machdb-commands/clone.ts';
import { addDiffCommand } from './machdb-commands/diff.ts';
import { addExplainCommand } from './machdb-commands/explain.ts';
import { addExportCommand } from './machdb-commands/export.ts';
import { addGrepCommand } from './machdb-commands/grep.ts';
import { addListCommand } from './machdb-commands/list.ts';
import { addQueryCommand } from './machdb-commands/query.ts';
import { addRemoveCommand } from './machdb-commands/remove.ts';
import { addRenameCommand } from './machdb-commands/rename.ts';
import { addSetCommand } from './machdb-commands/set.ts';
import { addTreeCommand } from './machdb-commands/tree.ts';
import { addUnsetCommand } from './machdb-commands/unset.ts';
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
addExportCommand(program);
addAddCommand(program);
addSetCommand(program);
addUnsetCommand(program);
addRemoveCommand(program);
addRenameCommand(program);
addCloneCommand(program);
addCompletionCommand(program);

await runProgram(program);
