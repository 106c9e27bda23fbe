import type { Command } from 'commander';
import { addEditOptions, EDIT_EXIT_CODES, runEdit } from './run-edit.ts';
import type { EditOptions } from './run-edit.ts';

/** `machdb remove NAME…`. */
export function addRemoveCommand(program: Command): void {
  addEditOptions(program.command('remove'))
    .description('remove objects that nothing inherits from; comments above them stay')
    .argument('<names...>', 'names of the objects')
    .addHelpText('after', REMOVE_HELP)
    .action(remove);
}

async function remove(names: readonly string[], options: EditOptions): Promise<void> {
  const { planRemove } = await import('../../machdb/edits/plan-remove.ts');
  await runEdit({ what: `removing ${names.join(', ')}`, plan: (files) => planRemove(files, names) }, options);
}

const REMOVE_HELP = `
Examples:
  machdb remove lab07
  machdb remove lab07 lab08 --dry-run
${EDIT_EXIT_CODES}`;
