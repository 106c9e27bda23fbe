import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { GiB } from '../../lib/bytes.ts';
import { DEFAULT_LIMITS } from '../../site/import/limits.ts';

type ImportOptions = {
  readonly site: string;
  readonly name?: string;
  readonly replace?: true;
  readonly json?: true;
  readonly numericOwner?: true;
  readonly limitGib: number;
  readonly limitSeconds: number;
};

/** `gutinteg package import`. */
export function addPackageImportCommand(packages: Command): void {
  packages
    .command('import')
    .description('make packages/NAME from a .deb or a tar archive')
    .argument('<file>', 'X.deb, or X.tar, also with .gz, .xz, .zst, .bz2 or .lz4')
    .option('--name <text>', "name of the package, instead of the archive's")
    .option('--replace', 'replace packages/NAME; its settings other than owners and modes stay')
    .option('--numeric-owner', 'use numeric owners, even where the archive has names')
    .option('--limit-gib <number>', 'the most that it may write', parsePositive, DEFAULT_LIMITS.diskBytes / GiB)
    .option(
      '--limit-seconds <number>',
      'the longest that it may take',
      parsePositive,
      DEFAULT_LIMITS.milliseconds / 1000,
    )
    .option('--site <dir>', 'site directory', '.')
    .option('--json', 'the result as JSON')
    .addHelpText('after', HELP)
    .action(importArchive);
}

function parsePositive(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected a whole number from 1 to 999999.');
}

async function importArchive(file: string, options: ImportOptions): Promise<void> {
  const { runCommand } = await import('../../lib/run-command.ts');
  const { importPackage } = await import('../../site/import/import-package.ts');
  const { loadSiteSettings } = await import('../../site/load-site.ts');
  const { dir } = await loadSiteSettings(options.site);
  const imported = await importPackage({
    siteDir: dir,
    archive: file,
    name: options.name,
    replace: options.replace === true,
    numericOwner: options.numericOwner === true,
    limits: { ...DEFAULT_LIMITS, diskBytes: options.limitGib * GiB, milliseconds: options.limitSeconds * 1000 },
    run: runCommand,
  });
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(imported, null, 2)}\n`);
    return;
  }
  process.stdout.write(
    `${imported.name}: ${imported.paths} ${imported.paths === 1 ? 'path' : 'paths'} in ${imported.dir}\n`,
  );
  for (const note of imported.notes) process.stdout.write(`  note: ${note}\n`);
  process.stdout.write(`  next: gutinteg package publish ${imported.name} --site ${options.site}\n`);
}

const HELP = `
The tree holds what git can store. Owners other than root, modes other than 0644 and 0755, capabilities, attributes and
empty directories are written to its .packagelink.yaml. An archive brings files, never settings, and nothing in it is
run. Refused, and all reported together: names that are absolute or lead out of the archive, .packagelink.yaml, .git,
members below a link, devices, and members that occur twice. Whatever is left out is reported. See docs/packages.md.

Examples:
  gutinteg package import lab-tools_1.2_all.deb --site ~/site
  gutinteg package import printers.tar.zst --name printers@amd64 --replace --site ~/site
`;
