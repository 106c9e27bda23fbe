import type { Command } from 'commander';
import type { VariableExplanation } from '../../machdb/views/explain.ts';
import { addSiteOption } from './site-option.ts';
import type { SiteOption } from './site-option.ts';

type ExplainOptions = SiteOption & { readonly json?: true };

/** `machdb explain NAME [VAR]`. */
export function addExplainCommand(program: Command): void {
  addSiteOption(program.command('explain'))
    .description('show where each value comes from, line by line')
    .argument('<name>', 'name of the object')
    .argument('[variable]', 'only this variable')
    .option('--json', 'print {name, variables} as JSON')
    .addHelpText('after', EXPLAIN_HELP)
    .action(explain);
}

async function explain(name: string, variable: string | undefined, { site, json }: ExplainOptions): Promise<void> {
  const { join } = await import('node:path');
  const { loadWanted } = await import('../../machdb/load.ts');
  const { explainObject } = await import('../../machdb/views/explain.ts');
  const { formatExplanation } = await import('../../machdb/views/format-explanation.ts');
  const { printLines } = await import('../../machdb/views/printable.ts');
  const db = await loadWanted(join(site, 'machdb'), { name });
  const variables = explainObject(db, name, variable);
  if (json === true) process.stdout.write(`${JSON.stringify({ name, variables }, undefined, 2)}\n`);
  else process.stdout.write(printLines(variables.flatMap(formatExplanation)));
  if (variable !== undefined && variables.every(({ raw }) => raw === null)) {
    await failUnset(name, variable, explainObject(db, name));
  }
  if (variables.some(({ raw, value }) => raw !== null && value === null)) process.exitCode = 2;
}

async function failUnset(name: string, variable: string, known: readonly VariableExplanation[]): Promise<never> {
  const { UserError } = await import('../../lib/errors.ts');
  const { didYouMean } = await import('../../lib/did-you-mean.ts');
  const others = known.map((each) => each.variable).filter((each) => each !== variable);
  const suggestion = didYouMean(variable, others);
  throw new UserError(`${name} does not set ${variable}${suggestion === undefined ? '' : `; ${suggestion}`}`);
}

const EXPLAIN_HELP = `
Examples:
  machdb explain lab01 PACKAGES --site examples/lab
  machdb explain lab01
  machdb explain lab01 FQDN --json | jq '.variables[0].references'

Reads only what the object needs; 'machdb check' reads everything.

Exit codes: 0 printed, 1 no such object or the variable is not set, 2 bad input, a faulty database or no value`;
