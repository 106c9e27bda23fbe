import { Option } from 'commander';
import type { Command } from 'commander';
import { recordFormats } from '../../machdb/format.ts';
import type { RecordFormat } from '../../machdb/format.ts';
import type { Machdb } from '../../machdb/types.ts';
import { addSiteOption } from './site-option.ts';
import type { SiteOption } from './site-option.ts';

type QueryOptions = SiteOption & { readonly format: RecordFormat; readonly mac?: string };

/** `machdb query NAME|--mac MAC`. */
export function addQueryCommand(program: Command): void {
  addSiteOption(program.command('query'))
    .description('print what is set for a machine, or for any other object')
    .argument('[name]', 'name of the object')
    .option('--mac <mac>', 'the machine that has this MAC address, in any spelling')
    .addOption(new Option('--format <format>', 'how to print it').choices(recordFormats).default('paper'))
    .addHelpText('after', QUERY_HELP)
    .action(query);
}

async function query(name: string | undefined, { site, mac, format }: QueryOptions): Promise<void> {
  const { join } = await import('node:path');
  const { UserError } = await import('../../lib/errors.ts');
  const { formatRecord } = await import('../../machdb/format.ts');
  const { loadMachdb } = await import('../../machdb/load.ts');
  const { resolveRecord } = await import('../../machdb/resolve.ts');
  if ((name === undefined) === (mac === undefined)) {
    throw new UserError('machdb query needs either a name or --mac', { exitCode: 2, hint: 'machdb query --help' });
  }
  const db = await loadMachdb(join(site, 'machdb'));
  const found = name ?? (await findName(db, mac ?? ''));
  process.stdout.write(formatRecord(found, resolveRecord(db, found), format));
}

async function findName(db: Machdb, text: string): Promise<string> {
  const { UserError } = await import('../../lib/errors.ts');
  const { parseMac } = await import('../../lib/mac.ts');
  const { findByMac } = await import('../../machdb/query.ts');
  const mac = parseMac(text);
  if (mac === undefined) throw new UserError(`'${text}' is not a MAC address`, { exitCode: 2 });
  const name = findByMac(db, mac);
  if (name === undefined) throw new UserError(`no machine in the machine database has the MAC address ${mac}`);
  return name;
}

const QUERY_HELP = `
Examples:
  machdb query lab01 --site examples/lab
  machdb query --mac 52:54:00:77:00:01 --format json
  eval "$(machdb query lab01 --format shell)" && echo "$IP"

Exit codes: 0 printed, 1 no such object, 2 bad input or a faulty database`;
