// The program of a site's machine database. Each file in bin/machdb-commands/ adds its own command and imports what it
// needs when it runs.
import { Command } from 'commander';
import { addAddCommand } from './machdb-commands/add.ts';
import { addCheckCommand } from './machdb-commands/check.ts';
import { addCloneCommand } from './machdb-commands/clone.ts';
import { addDiffCommand } from './machdb-commands/diff.ts';
import { addExplainCommand } from './machdb-commands/explain.ts';
import { addExportCommand } from './machdb-commands/export.ts';
import { addGrepCommand } from './machdb-commands/grep.ts';
import { addImportCommand } from './machdb-commands/import.ts';
import { addListCommand } from './machdb-commands/list.ts';
import { addQueryCommand } from './machdb-commands/query.ts';
import { addRemoveCommand } from './machdb-commands/remove.ts';
import { addRenameCommand } from './machdb-commands/rename.ts';
import { addSetCommand } from './machdb-commands/set.ts';
import { addTreeCommand } from './machdb-commands/tree.ts';
import { addUnsetCommand } from './machdb-commands/unset.ts';
import { addVariablesCommand } from './machdb-commands/variables.ts';
import { addCompletionCommand } from './completion/add-completion-command.ts';

/** `machdb`: its commands, grouped by task. */
export function defineMachdb(): Command {
  const program = new Command('machdb')
    .description("Answers questions about a site's machine database, checks it and edits it.")
    .version('0.1.0')
    .showHelpAfterError('(machdb --help shows every command)')
    .addHelpText('after', MACHDB_HELP);
  for (const { task, commands } of TASKS) {
    program.commandsGroup(task);
    for (const add of commands) add(program);
  }
  return program.helpCommand(true);
}

type Task = { readonly task: string; readonly commands: readonly ((program: Command) => void)[] };

const TASKS: readonly Task[] = [
  { task: 'Check:', commands: [addCheckCommand, addDiffCommand] },
  {
    task: 'Ask:',
    commands: [addQueryCommand, addListCommand, addGrepCommand, addTreeCommand, addExplainCommand, addVariablesCommand],
  },
  {
    task: 'Edit:',
    commands: [addAddCommand, addSetCommand, addUnsetCommand, addRemoveCommand, addRenameCommand, addCloneCommand],
  },
  { task: 'Other programs:', commands: [addExportCommand, addImportCommand] },
  { task: 'Help:', commands: [addCompletionCommand] },
];

const MACHDB_HELP = `
Documents: docs/machdb.md (the language and its checks), docs/machdb-questions.md, docs/machdb-edits.md,
docs/machdb-exports.md.

Exit codes: 0 done, 1 not found or failed, 2 bad input or a faulty database, 3 differences (machdb diff). Each command's
--help has its own.`;
