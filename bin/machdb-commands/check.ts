import type { Command } from 'commander';
import type { Fault } from '../../lib/errors.ts';
import type { RecordCheck } from '../../machdb/types.ts';
import { addSiteOption } from './site-option.ts';
import type { SiteOption } from './site-option.ts';

type CheckOptions = SiteOption & { readonly json?: true };
type CheckResult = { readonly machines: number; readonly faults: readonly Fault[] };

/** `machdb check`. */
export function addCheckCommand(program: Command): void {
  addSiteOption(program.command('check'))
    .description('look for faults in the whole description')
    .option('--json', 'print {machines, faults} as JSON')
    .addHelpText('after', CHECK_HELP)
    .action(check);
}

async function check({ site, json }: CheckOptions): Promise<void> {
  const { listSitePackages } = await import('../../site/load-site.ts');
  const { siteChecks } = await import('../../site/site-checks.ts');
  const checks = siteChecks(new Set(await listSitePackages(site)));
  await printCheck(await runCheck(site, checks), json === true);
}

/** Checks the database of a site with `checks` besides machdb's own; faults of grammar are part of the result. */
async function runCheck(site: string, checks: readonly RecordCheck[]): Promise<CheckResult> {
  const { join } = await import('node:path');
  const { FaultsError } = await import('../../lib/errors.ts');
  const { checkMachdb } = await import('../../machdb/check.ts');
  const { loadMachdb } = await import('../../machdb/load.ts');
  const { machineNames } = await import('../../machdb/query.ts');
  try {
    const db = await loadMachdb(join(site, 'machdb'));
    return { machines: machineNames(db).length, faults: checkMachdb(db, checks) };
  } catch (error) {
    if (!(error instanceof FaultsError)) throw error;
    return { machines: 0, faults: error.faults };
  }
}

async function printCheck({ machines, faults }: CheckResult, json: boolean): Promise<void> {
  const { formatFault } = await import('../../lib/errors.ts');
  const { faultsError } = await import('../../machdb/faults.ts');
  const failed = faults.some((fault) => fault.severity === 'error');
  if (json) process.stdout.write(`${JSON.stringify({ machines, faults }, undefined, 2)}\n`);
  else if (failed) throw faultsError('checking the machine database', faults);
  else
    process.stdout.write(
      [...faults.map(formatFault), `${machines} ${machines === 1 ? 'machine' : 'machines'}, no faults`, ''].join('\n'),
    );
  if (failed) process.exitCode = 2;
}

const CHECK_HELP = `
Examples:
  machdb check --site examples/lab
  machdb check --json | jq '.faults[].message'

Exit codes: 0 no faults, 2 faults`;
