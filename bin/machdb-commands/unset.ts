import type { Command } from 'commander';
import { addEditOptions, EDIT_EXIT_CODES, runEdit } from './run-edit.ts';
import type { EditOptions } from './run-edit.ts';

/** `machdb unset NAME VAR…`. */
export function addUnsetCommand(program: Command): void {
  addEditOptions(program.command('unset'))
    .description("remove an object's own assignments of variables; inherited values then apply again")
    .argument('<name>', 'name of the object')
    .argument('<variables...>', 'the variables')
    .addHelpText('after', UNSET_HELP)
    .action(unset);
}

async function unset(name: string, variables: readonly string[], options: EditOptions): Promise<void> {
  const { checkVariables } = await import('../../machdb/edits/parse-arguments.ts');
  const { planUnset } = await import('../../machdb/edits/plan-set.ts');
  checkVariables(variables);
  await runEdit({ what: `this change of ${name}`, plan: (files) => planUnset(files, name, variables) }, options);
}

const UNSET_HELP = `
Examples:
  machdb unset lab07 PRINTER
${EDIT_EXIT_CODES}`;
