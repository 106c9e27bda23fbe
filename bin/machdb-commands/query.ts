import { Option } from 'commander';
import type { Command } from 'commander';
import { recordFormats } from '../../machdb/format.ts';
import type { RecordFormat } from '../../machdb/format.ts';
import { addSiteOption } from './site-option.ts';
import type { SiteOption } from './site-option.ts';

type QueryOptions = SiteOption & {
  readonly format: RecordFormat;
  readonly mac?: string;
  readonly ip?: string;
  readonly prefix?: string;
};

/** `machdb query NAME|--mac MAC|--ip IP`. */
export function addQueryCommand(program: Command): void {
  addSiteOption(program.command('query'))
    .description('print what is set for a machine, or for any other object')
    .argument('[name]', 'name of the object')
    .option('--mac <mac>', 'the machine that has this MAC address, in any spelling')
    .option('--ip <ip>', 'the machine that has this IPv4 or IPv6 address')
    .addOption(new Option('--format <format>', 'how to print it').choices(recordFormats).default('paper'))
    .option('--prefix <prefix>', 'shell: put this before the name of each variable')
    .addOption(new Option('--json', 'the same as --format json').implies({ format: 'json' }))
    .addHelpText('after', QUERY_HELP)
    .action(query);
}

async function query(name: string | undefined, { site, mac, ip, format, prefix }: QueryOptions): Promise<void> {
  const { join } = await import('node:path');
  const { UserError } = await import('../../lib/errors.ts');
  const { findByAddress, parseAddress } = await import('../../machdb/find-machine.ts');
  const { loadWanted } = await import('../../machdb/load.ts');
  const { resolveRecord } = await import('../../machdb/resolve.ts');
  await checkPrefix(format, prefix);
  const wanted = [
    ...(name === undefined ? [] : [{ name }]),
    ...(mac === undefined ? [] : [{ address: parseAddress('mac', mac) }]),
    ...(ip === undefined ? [] : [{ address: parseAddress('ip', ip) }]),
  ];
  const [first] = wanted;
  if (first === undefined || wanted.length > 1) {
    const message = 'machdb query needs one of a name, --mac and --ip';
    throw new UserError(message, { exitCode: 2, hint: 'machdb query --help' });
  }
  const db = await loadWanted(join(site, 'machdb'), first);
  const found = 'name' in first ? first.name : findByAddress(db, first.address);
  if (found === undefined) {
    const address = mac === undefined ? `IP address ${ip}` : `MAC address ${mac}`;
    throw new UserError(`no machine in the machine database has the ${address}`);
  }
  await printRecord(found, resolveRecord(db, found), { format, prefix });
}

async function checkPrefix(format: RecordFormat, prefix: string | undefined): Promise<void> {
  const { UserError } = await import('../../lib/errors.ts');
  if (prefix === undefined) return;
  if (format !== 'shell') throw new UserError('--prefix is for --format shell', { exitCode: 2 });
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(prefix)) {
    throw new UserError(`--prefix '${prefix}' cannot begin the name of a variable`, { exitCode: 2 });
  }
}

async function printRecord(
  name: string,
  record: Readonly<Record<string, string>>,
  { format, prefix = '' }: Pick<QueryOptions, 'format'> & { readonly prefix: string | undefined },
): Promise<void> {
  const { formatRecord, formatShell, listShellsOwn } = await import('../../machdb/format.ts');
  process.stdout.write(format === 'shell' ? formatShell(record, prefix) : formatRecord(name, record, format));
  const left = format === 'shell' ? listShellsOwn(record, prefix) : [];
  if (left.length === 0) return;
  process.stderr.write(
    `warning: ${left.join(', ')} left out: a shell has its own\n  try: --prefix M_, which sets M_${left[0]} and so on\n`,
  );
}

const QUERY_HELP = `
Examples:
  machdb query lab01 --site examples/lab
  machdb query --mac 52:54:00:77:00:01 --format json
  machdb query --ip 10.77.0.101
  eval "$(machdb query lab01 --format shell)" && echo "$IP"
  eval "$(machdb query lab01 --format shell --prefix M_)" && echo "$M_IP"

Reads only what the object needs; 'machdb check' reads everything.

Exit codes: 0 printed, 1 no such object, 2 bad input or a faulty database`;
