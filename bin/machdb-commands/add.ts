import type { Command } from 'commander';
import { addEditOptions, EDIT_EXIT_CODES, runEdit } from './run-edit.ts';
import type { EditOptions } from './run-edit.ts';

type AddOptions = EditOptions & { readonly parents?: string; readonly file?: string };

/** `machdb add NAME`. */
export function addAddCommand(program: Command): void {
  addEditOptions(program.command('add'))
    .description('add an object')
    .argument('<name>', 'its name')
    .argument('[assignments...]', 'VAR=VALUE, VAR+=WORDS or VAR-=WORDS')
    .option('--parents <names>', 'the objects that it inherits from, in this order, separated by commas')
    .option('--file <file>', 'the file to add it to, such as machines.db; created if missing')
    .addHelpText('after', ADD_HELP)
    .action(add);
}

async function add(name: string, assignments: readonly string[], options: AddOptions): Promise<void> {
  const { checkNames, parseSettings } = await import('../../machdb/edits/parse-arguments.ts');
  const { planAdd } = await import('../../machdb/edits/plan-add.ts');
  const parents = (options.parents ?? '').split(/[, \t]+/).filter((parent) => parent !== '');
  checkNames([name, ...parents]);
  const file = options.file === undefined ? undefined : await findFile(options.site, options.file);
  const object = { name, parents, settings: parseSettings(assignments), ...(file !== undefined && { file }) };
  const edit = { what: `adding ${name}`, plan: (files: Parameters<typeof planAdd>[0]) => planAdd(files, object) };
  await runEdit({ ...edit, ...(file !== undefined && { newFile: file }) }, options);
}

/** `machines.db`, as seen from the current directory or from the site; no other directory can be named. */
async function findFile(site: string, file: string): Promise<string> {
  const { basename, join, resolve } = await import('node:path');
  const { UserError } = await import('../../lib/errors.ts');
  const path = join(site, 'machdb', basename(file));
  const meant = [resolve(site, 'machdb', file), resolve(site, file), resolve(file)];
  if (meant.includes(resolve(path)) && /^[^.].*\.db$/.test(basename(file))) return path;
  throw new UserError(`--file ${file} is not a file *.db in ${join(site, 'machdb')}`, { exitCode: 2 });
}

const ADD_HELP = `
Without --file, the object is put after the last machine with the same parents, or at the end of the last file.

Examples:
  machdb add lab08 --parents lab MAC=52:54:00:77:00:08 IP=10.77.0.108
  machdb add printers --file classes.db PRINTER=hall
${EDIT_EXIT_CODES}`;
