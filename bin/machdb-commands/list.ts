import { Option } from 'commander';
import type { Command } from 'commander';
import { addSiteOption } from './site-option.ts';
import type { SiteOption } from './site-option.ts';

type ListOptions = SiteOption & {
  readonly groups?: true;
  readonly all?: true;
  readonly inherits?: readonly string[];
  readonly format: 'names' | 'long' | 'json';
};

/** `machdb list [PATTERN…]`. */
export function addListCommand(program: Command): void {
  addSiteOption(program.command('list'))
    .description('print the names of the machines, one a line')
    .argument('[pattern...]', 'only names that match one of these, with * and ?')
    .addOption(new Option('--groups', 'list the objects that are not machines').conflicts('all'))
    .option('--all', 'list every object')
    .option('--inherits <object>', 'only heirs of this object; if repeated, of all of these', collect)
    .addOption(new Option('--format <format>', 'how to print them').choices(['names', 'long', 'json']).default('names'))
    .addOption(new Option('--json', 'the same as --format json').implies({ format: 'json' }))
    .addHelpText('after', LIST_HELP)
    .action(list);
}

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

async function list(
  patterns: readonly string[],
  { site, groups, all, inherits = [], format }: ListOptions,
): Promise<void> {
  const { join } = await import('node:path');
  const { loadMachdb } = await import('../../machdb/load.ts');
  const { describeObjects, formatListed, listNames } = await import('../../machdb/views/list.ts');
  const { printLines } = await import('../../machdb/views/printable.ts');
  const db = await loadMachdb(join(site, 'machdb'));
  const kind = all === true ? 'all' : groups === true ? 'groups' : 'machines';
  const names = listNames(db, { kind, inherits, patterns });
  if (format === 'names') process.stdout.write(printLines(names));
  else {
    const objects = describeObjects(db, names);
    const text = format === 'json' ? `${JSON.stringify(objects, undefined, 2)}\n` : printLines(formatListed(objects));
    process.stdout.write(text);
  }
}

const LIST_HELP = `
long: name, IP address, MAC addresses, file:line, parents. json: name, machine, file, line, parents, macs, ip.

Examples:
  machdb list --site examples/lab
  machdb list 'lab*' --inherits standard-client
  for host in $(machdb list --inherits room-a); do ssh "$host" uptime; done
  machdb list --json | jq -r '.[] | select(.ip == null) | .name'

Exit codes: 0 printed, 1 --inherits names no object, 2 bad input or a faulty database`;
