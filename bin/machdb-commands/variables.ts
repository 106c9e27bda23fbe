import type { Command } from 'commander';
import { addSiteOption } from './site-option.ts';
import type { SiteOption } from './site-option.ts';

/** `machdb variables`. */
export function addVariablesCommand(program: Command): void {
  addSiteOption(program.command('variables'))
    .description('say what variables mean, those of gutinteg and those that the site declares')
    .argument('[variables...]', 'the variables; all, unless given')
    .option('--json', 'print them as JSON: name, type, meaning, file, line')
    .addHelpText('after', VARIABLES_HELP)
    .action(printVariables);
}

async function printVariables(names: readonly string[], { site, json }: SiteOption & { json?: true }): Promise<void> {
  const { join } = await import('node:path');
  const { UserError } = await import('../../lib/errors.ts');
  const { loadMachdb } = await import('../../machdb/load.ts');
  const { formatVariables, listVariables } = await import('../../machdb/views/variables.ts');
  const { printLines } = await import('../../machdb/views/printable.ts');
  const { variables, missing } = listVariables(await loadMachdb(join(site, 'machdb')), names);
  process.stdout.write(
    json === true ? `${JSON.stringify(variables, undefined, 2)}\n` : printLines(formatVariables(variables)),
  );
  if (missing.length === 0) return;
  const hint = 'machdb variables, without a name, prints all';
  throw new UserError(`nothing declares ${missing.join(', ')}`, { hint });
}

const VARIABLES_HELP = `
A site declares a variable with DECLARE_<variable>=TYPE: SENTENCE, in any object (docs/machdb.md). Once it declares one,
it declares all its own, and 'machdb check' refuses others.

Examples:
  machdb variables --site examples/lab
  machdb variables GATEWAY OSMODE
  machdb variables --json | jq -r '.[] | select(.file) | .name'

Exit codes: 0 printed, 1 a variable that nothing declares, 2 bad input or a faulty database`;
