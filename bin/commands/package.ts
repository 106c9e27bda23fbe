import type { Command } from 'commander';
import { addPackageDiffCommand } from '../package-commands/diff.ts';
import { addPackageGcCommand } from '../package-commands/gc.ts';
import { addPackageImportCommand } from '../package-commands/import.ts';
import { addPackageListCommand } from '../package-commands/list.ts';
import { addPackagePinCommands } from '../package-commands/pin.ts';
import { addPackagePublishCommand } from '../package-commands/publish.ts';
import { addPackageShowCommand } from '../package-commands/show.ts';
import { addPackageVerifyCommand } from '../package-commands/verify.ts';

/** `gutinteg package …`. */
export function addPackageCommand(program: Command): void {
  const packages = program
    .command('package')
    .description("work with the site's packages and the store that machines fetch from");
  addPackagePublishCommand(packages);
  addPackageImportCommand(packages);
  addPackageListCommand(packages);
  addPackageShowCommand(packages);
  addPackageDiffCommand(packages);
  addPackageVerifyCommand(packages);
  addPackageGcCommand(packages);
  addPackagePinCommands(packages);
}
