// Questions to a site's machine database. In: argv. Out: records or faults, and an exit code. Never: writes a file.
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { FaultsError, UserError, formatFault } from '../lib/errors.ts';
import type { Fault } from '../lib/errors.ts';
import { parseMac } from '../lib/mac.ts';
import { checkMachdb } from '../machdb/check.ts';
import { faultsError } from '../machdb/faults.ts';
import { formatRecord, recordFormats } from '../machdb/format.ts';
import type { RecordFormat } from '../machdb/format.ts';
import { loadMachdb } from '../machdb/load.ts';
import { findByMac, machineNames } from '../machdb/query.ts';
import { resolveRecord } from '../machdb/resolve.ts';
import type { Machdb, RecordCheck } from '../machdb/types.ts';
import { listSitePackages } from '../site/load-site.ts';
import { siteChecks } from '../site/site-checks.ts';
import { runProgram } from './run-program.ts';

type QueryOptions = { site: string; format: RecordFormat; mac?: string };
type CheckOptions = { site: string; json?: true };
type CheckResult = { readonly machines: number; readonly faults: readonly Fault[] };

const queryExamples = `
Examples:
  machdb query lab01 --site examples/lab
  machdb query --mac 52:54:00:77:00:01 --format json
  eval "$(machdb query lab01 --format shell)" && echo "$IP"

Exit codes: 0 printed, 1 no such object, 2 bad input or a faulty database`;

const checkExamples = `
Examples:
  machdb check --site examples/lab
  machdb check --json | jq '.faults[].message'

Exit codes: 0 no faults, 2 faults`;

await runProgram(createProgram());

function createProgram(): Command {
  const program = new Command('machdb')
    .description("Asks and checks a site's machine database (docs/machdb.md).")
    .version('0.1.0')
    .showHelpAfterError('(machdb --help shows every command)');
  addSiteOption(program.command('query'))
    .description('print what is set for a machine, or for any other object')
    .argument('[name]', 'name of the object')
    .option('--mac <mac>', 'the machine that has this MAC address, in any spelling')
    .addOption(new Option('--format <format>', 'how to print it').choices(recordFormats).default('paper'))
    .addHelpText('after', queryExamples)
    .action(runQuery);
  addSiteOption(program.command('check'))
    .description('look for faults in the whole description')
    .option('--json', 'print {machines, faults} as JSON')
    .addHelpText('after', checkExamples)
    .action(async ({ site, json }: CheckOptions) => {
      const checks = siteChecks(new Set(await listSitePackages(site)));
      printCheck(await runCheck(site, checks), json === true);
    });
  return program;
}

function addSiteOption(command: Command): Command {
  return command.option('--site <dir>', 'the site directory, which holds machdb/*.db', '.');
}

async function runQuery(name: string | undefined, { site, mac, format }: QueryOptions): Promise<void> {
  if ((name === undefined) === (mac === undefined)) {
    throw new UserError('machdb query needs either a name or --mac', { exitCode: 2, hint: 'machdb query --help' });
  }
  const db = await loadMachdb(join(site, 'machdb'));
  const found = name ?? findName(db, mac ?? '');
  process.stdout.write(formatRecord(found, resolveRecord(db, found), format));
}

function findName(db: Machdb, text: string): string {
  const mac = parseMac(text);
  if (mac === undefined) throw new UserError(`'${text}' is not a MAC address`, { exitCode: 2 });
  const name = findByMac(db, mac);
  if (name === undefined) throw new UserError(`no machine in the machine database has the MAC address ${mac}`);
  return name;
}

/** Checks the database of a site with `checks` besides machdb's own; faults of grammar are part of the result. */
async function runCheck(site: string, checks: readonly RecordCheck[]): Promise<CheckResult> {
  try {
    const db = await loadMachdb(join(site, 'machdb'));
    return { machines: machineNames(db).length, faults: checkMachdb(db, checks) };
  } catch (error) {
    if (!(error instanceof FaultsError)) throw error;
    return { machines: 0, faults: error.faults };
  }
}

function printCheck({ machines, faults }: CheckResult, json: boolean): void {
  const failed = faults.some((fault) => fault.severity === 'error');
  if (json) process.stdout.write(`${JSON.stringify({ machines, faults }, undefined, 2)}\n`);
  else if (failed) throw faultsError('checking the machine database', faults);
  else
    process.stdout.write(
      [...faults.map(formatFault), `${machines} ${machines === 1 ? 'machine' : 'machines'}, no faults`, ''].join('\n'),
    );
  if (failed) process.exitCode = 2;
}
