import type { Command } from 'commander';

type ImportOptions = { readonly site: string; readonly name?: string; readonly replace?: true; readonly json?: true };

/** `gutinteg package import`. */
export function addPackageImportCommand(packages: Command): void {
  packages
    .command('import')
    .description('make packages/NAME from a .deb or a tar archive')
    .argument('<file>', 'X.deb, or X.tar, also with .gz, .xz or .zst')
    .option('--name <text>', "name of the package, instead of the archive's")
    .option('--replace', 'take the place of packages/NAME; settings other than owners and modes stay')
    .option('--site <dir>', 'site directory', '.')
    .option('--json', 'the result as JSON')
    .addHelpText('after', HELP)
    .action(importArchive);
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
    run: runCommand,
  });
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(imported, null, 2)}\n`);
    return;
  }
  process.stdout.write(`${imported.name}: ${imported.paths} paths in ${imported.dir}\n`);
  for (const note of imported.notes) process.stdout.write(`  note: ${note}\n`);
  process.stdout.write(`  next: gutinteg package publish ${imported.name} --site ${options.site}\n`);
}

const HELP = `
The tree is as git would have it; owners and modes that are not root's, 0644 or 0755 stand in its .packagelink.yaml. Nothing
of the archive is run. Refused, all at once: names that are absolute or lead out of the archive, members below a link,
devices, and members that occur twice.

Examples:
  gutinteg package import lab-tools_1.2_all.deb --site ~/site
  gutinteg package import printers.tar.zst --name printers@amd64 --replace --site ~/site
`;
