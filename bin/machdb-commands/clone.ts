import type { Command } from 'commander';
import { addEditOptions, EDIT_EXIT_CODES, runEdit } from './run-edit.ts';
import type { EditOptions } from './run-edit.ts';

type CloneOptions = EditOptions & { readonly set?: readonly string[] };

/** `machdb clone OLD NEW --set VAR=VALUE`. */
export function addCloneCommand(program: Command): void {
  addEditOptions(program.command('clone'))
    .description('copy an object with the comments inside it, and put the copy after it')
    .argument('<old>', 'the object to copy')
    .argument('<new>', 'name of the copy')
    .option('--set <assignment...>', 'VAR=VALUE, VAR+=WORDS or VAR-=WORDS for the copy; may be repeated')
    .addHelpText('after', CLONE_HELP)
    .action(clone);
}

async function clone(from: string, to: string, options: CloneOptions): Promise<void> {
  const { checkNames, parseSettings } = await import('../../machdb/edits/parse-arguments.ts');
  const { listOwnAddresses, planClone } = await import('../../machdb/edits/plan-clone.ts');
  checkNames([to]);
  const cloning = { from, to, settings: parseSettings(options.set ?? []) };
  const edit = {
    what: `copying ${from} to ${to}`,
    plan: (files: Parameters<typeof planClone>[0]) => planClone(files, cloning),
    hint: (files: Parameters<typeof planClone>[0]) => {
      const variables = listOwnAddresses(files, cloning);
      return variables.length === 0 ? undefined : variables.map((variable) => `--set ${variable}=…`).join(' ');
    },
  };
  await runEdit(edit, options);
}

const CLONE_HELP = `
Variables that no two machines may share, such as MAC and IP, need a --set.

Examples:
  machdb clone lab07 lab08 --set MAC=52:54:00:77:00:08 --set IP=10.77.0.108
${EDIT_EXIT_CODES}`;
