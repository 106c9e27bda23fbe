import { Option } from 'commander';
import type { Command } from 'commander';
import { addSiteOption } from './site-option.ts';
import type { SiteOption } from './site-option.ts';

type DiffOptions = SiteOption & { readonly format: 'text' | 'json'; readonly names?: true };

/** `machdb diff OLD [NEW]`. */
export function addDiffCommand(program: Command): void {
  addSiteOption(program.command('diff'))
    .description('list the machines whose variables differ between two databases, grouped by change')
    .argument('<old-site>', 'a directory, or a git revision of the site')
    .argument('[new-site]', 'the same; the site as it is now when left out')
    .addOption(new Option('--format <format>', 'how to print it').choices(['text', 'json']).default('text'))
    .addOption(new Option('--json', 'the same as --format json').implies({ format: 'json' }))
    .option('--names', 'print the name of every machine, one per line')
    .addHelpText('after', DIFF_HELP)
    .action(diff);
}

async function diff(old: string, current: string | undefined, { site, format, names }: DiffOptions): Promise<void> {
  const { runCommand } = await import('../../lib/run-command.ts');
  const { compareMachdb, hasDifferences } = await import('../../machdb/diff/compare.ts');
  const { readSide } = await import('../../machdb/diff/read-side.ts');
  const before = await readSide(old, site, runCommand);
  const result = compareMachdb({ before, after: await readSide(current, site, runCommand) });
  if (format === 'json') process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
  else {
    const { formatDiff } = await import('../../machdb/diff/format-diff.ts');
    const { printLines } = await import('../../machdb/views/printable.ts');
    process.stdout.write(printLines(formatDiff(result, { eachName: names === true })));
  }
  if (hasDifferences(result)) process.exitCode = 3;
}

const DIFF_HELP = `
An existing directory is read as it is: a site, or a directory with the files *.db. Anything else is a revision of the
git repository that holds --site; write refs/heads/NAME for a branch that has the name of a directory.

Examples:
  machdb diff HEAD --site examples/lab         # what I have changed and not committed
  machdb diff main my-branch --names
  machdb diff /srv/site.old /srv/site.new --format json | jq '.groups[].machines | length'

Exit codes: 0 no differences, 2 bad input or a faulty database, 3 differences`;
