import type { Command } from 'commander';
import { addEditOptions, EDIT_EXIT_CODES, runEdit } from './run-edit.ts';
import type { EditOptions } from './run-edit.ts';

/** `machdb rename OLD NEW`. */
export function addRenameCommand(program: Command): void {
  addEditOptions(program.command('rename'))
    .description('rename an object, and the name in objects that inherit from it')
    .argument('<old>', 'its name')
    .argument('<new>', 'its new name')
    .addHelpText('after', RENAME_HELP)
    .action(rename);
}

async function rename(from: string, to: string, options: EditOptions): Promise<void> {
  const { checkNames } = await import('../../machdb/edits/parse-arguments.ts');
  const { planRename } = await import('../../machdb/edits/plan-rename.ts');
  checkNames([to]);
  const renamed = { from, to };
  await runEdit({ what: `renaming ${from}`, plan: (files) => planRename(files, renamed), renamed }, options);
}

const RENAME_HELP = `
Values that contain the name are not changed, but listed.

Examples:
  machdb rename lab07 workshop7
${EDIT_EXIT_CODES}`;
