import type { Command } from 'commander';
import { addEditOptions, EDIT_EXIT_CODES, runEdit } from './run-edit.ts';
import type { EditOptions } from './run-edit.ts';

/** `machdb set NAME VAR=VALUE…`. */
export function addSetCommand(program: Command): void {
  addEditOptions(program.command('set'))
    .description('set variables of an object, or add and remove words of their values')
    .argument('<name>', 'name of the object')
    .argument('<assignments...>', 'VAR=VALUE, VAR+=WORDS or VAR-=WORDS')
    .addHelpText('after', SET_HELP)
    .action(set);
}

async function set(name: string, assignments: readonly string[], options: EditOptions): Promise<void> {
  const { parseSettings } = await import('../../machdb/edits/parse-arguments.ts');
  const { planSet } = await import('../../machdb/edits/plan-set.ts');
  const settings = parseSettings(assignments);
  await runEdit({ what: `this change of ${name}`, plan: (files) => planSet(files, name, settings) }, options);
}

const SET_HELP = `
Examples:
  machdb set lab07 IP=10.77.0.107
  machdb set lab07 PACKAGES+='tex emacs' OWNER="O'Brien"
  machdb set lab07 PRINTER= --dry-run
${EDIT_EXIT_CODES}`;
