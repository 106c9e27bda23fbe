import type { Command } from 'commander';
import { addSiteOption } from './site-option.ts';
import type { SiteOption } from './site-option.ts';

type GrepOptions = SiteOption & { readonly print?: readonly string[]; readonly json?: true };

/** `machdb grep VAR=VALUE…`. */
export function addGrepCommand(program: Command): void {
  addSiteOption(program.command('grep'))
    .description('print the machines whose variables have these values')
    .argument('<condition...>', 'VAR=VALUE, VAR!=VALUE, or VAR for "is set"; all must hold')
    .option('--print <variables>', 'also print these, separated by commas; may be repeated', collect)
    .option('--json', 'print [{name, record}] with the variables asked for as JSON')
    .addHelpText('after', GREP_HELP)
    .action(grep);
}

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, ...value.split(',').filter((word) => word !== '')];
}

async function grep(texts: readonly string[], { site, print = [], json }: GrepOptions): Promise<void> {
  const { join } = await import('node:path');
  const { loadMachdb } = await import('../../machdb/load.ts');
  const { formatFound, grepMachines, parseCondition } = await import('../../machdb/views/grep.ts');
  const { printLines } = await import('../../machdb/views/printable.ts');
  const conditions = texts.map(parseCondition);
  const result = grepMachines(await loadMachdb(join(site, 'machdb')), conditions, print);
  process.stdout.write(
    json === true ? `${JSON.stringify(result.found, undefined, 2)}\n` : printLines(formatFound(result, print)),
  );
  process.stderr.write(printLines(result.unknown));
  if (result.found.length === 0) process.exitCode = 1;
  if (result.unresolved.length === 0) return;
  const { UserError } = await import('../../lib/errors.ts');
  const { countOf } = await import('../../machdb/views/printable.ts');
  throw new UserError(
    `of ${countOf(result.unresolved.length, 'machine')}, ${result.unresolved[0]} first, nothing can be said: what was asked for does not resolve`,
    { exitCode: 2, hint: 'machdb check' },
  );
}

const GREP_HELP = `
VALUE is the whole value or one word of it: PACKAGES=tex finds PACKAGES="bash tex". * matches any characters, ? matches
one, \\* and \\? match themselves. VAR!=VALUE holds wherever VAR=VALUE does not, also where VAR is not set.

Examples:
  machdb grep PACKAGES=tex --site examples/lab
  machdb grep LOCATION='Room A*' 'OSREV!=12' --print OS,OSREV
  machdb grep PRINTER 'PRINTER!=printer-*'
  machdb grep 'GATEWAY!=*'                   # no GATEWAY at all

Exit codes: 0 found, 1 nothing found, 2 bad input or a faulty database`;
