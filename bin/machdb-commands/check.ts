import type { Command } from 'commander';
import type { Fault } from '../../lib/errors.ts';
import type { CheckOptions } from '../../machdb/check.ts';
import type { RecordCheck } from '../../machdb/types.ts';
import { addSiteOption } from './site-option.ts';
import type { SiteOption } from './site-option.ts';

type CheckCommandOptions = SiteOption & {
  readonly json?: true;
  readonly strict?: true;
  readonly warnings: boolean;
  readonly require?: readonly string[];
};
/** `more` is how many faults were found and not kept. */
type CheckResult = { readonly machines: number; readonly faults: readonly Fault[]; readonly more?: number };

// A fault in every machine of a large site is a file of some tens of megabytes, and no more.
const MOST_IN_JSON = 100_000;

/** `machdb check`. */
export function addCheckCommand(program: Command): void {
  addSiteOption(program.command('check'))
    .description('look for faults in the whole description')
    .option('--require <variable>', 'a variable that every machine must have; may be repeated', collect)
    .option('--no-warnings', 'leave out warnings')
    .option('--strict', 'treat warnings as faults')
    .option('--json', 'print {machines, faults} as JSON')
    .addHelpText('after', CHECK_HELP)
    .action(check);
}

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, ...value.split(',').filter((word) => word !== '')];
}

async function check({ site, json, strict, warnings, require = [] }: CheckCommandOptions): Promise<void> {
  const { checkTemplates } = await import('../../site/check-templates.ts');
  const { readSiteTemplates } = await import('../../site/site-templates.ts');
  const { siteChecks } = await import('../../site/site-checks.ts');
  const { listUsedVariables } = await import('../../site/used-variables.ts');
  const { MOST_FAULTS } = await import('../../machdb/faults.ts');
  const most = json === true ? MOST_IN_JSON : MOST_FAULTS;
  const packages = await readSiteTemplates(site);
  const checks = [...siteChecks(new Set(packages.keys())), checkTemplates(packages)];
  const usedVariables = new Set([...(await listUsedVariables(site, packages)), ...require]);
  const result = await runCheck(site, checks, { require, warnings, most, usedVariables });
  await printCheck(result, { json: json === true, strict: strict === true });
}

/** Checks the database of a site with `checks` besides machdb's own; faults of grammar are part of the result. */
async function runCheck(site: string, checks: readonly RecordCheck[], options: CheckOptions): Promise<CheckResult> {
  const { join } = await import('node:path');
  const { FaultsError } = await import('../../lib/errors.ts');
  const { checkMachdb } = await import('../../machdb/check.ts');
  const { loadStructure } = await import('../../machdb/load.ts');
  const { machineNames } = await import('../../machdb/query.ts');
  try {
    const db = await loadStructure(join(site, 'machdb'));
    let more = 0;
    const onHidden = (count: number) => {
      more = count;
    };
    const faults = checkMachdb(db, checks, { ...options, onHidden });
    return { machines: machineNames(db).length, faults, ...(more > 0 && { more }) };
  } catch (error) {
    if (!(error instanceof FaultsError)) throw error;
    return { machines: 0, faults: error.faults };
  }
}

async function printCheck(
  { machines, faults, more }: CheckResult,
  { json, strict }: { readonly json: boolean; readonly strict: boolean },
): Promise<void> {
  const { formatFault } = await import('../../lib/errors.ts');
  const { faultsError } = await import('../../machdb/faults.ts');
  const failed = faults.some((fault) => strict || fault.severity === 'error');
  if (failed) process.exitCode = 2;
  if (json) process.stdout.write(`${JSON.stringify({ machines, faults, more }, undefined, 2)}\n`);
  else if (failed) throw faultsError('checking the machine database', faults, more);
  else {
    const shown = more === undefined ? '' : ` (${more} more are not shown)`;
    const end = faults.length === 0 ? 'no faults' : `no faults, ${count(faults.length, 'warning')}${shown}`;
    process.stdout.write([...faults.map(formatFault), `${count(machines, 'machine')}, ${end}`, ''].join('\n'));
  }
}

function count(number: number, what: string): string {
  return `${number} ${number === 1 ? what : `${what}s`}`;
}

const CHECK_HELP = `
A faulty description cannot be used: a server keeps working with the last sound one. Warnings are worth a look: values
that depend on the order of parents, '-=' that removes nothing, objects that no machine inherits from, variables that
nothing uses.

Examples:
  machdb check --site examples/lab
  machdb check --require LOCATION,OWNER     every machine needs these too
  machdb check --json | jq '.faults[].message'

Exit codes: 0 no faults, 2 faults (with --strict, warnings too)`;
