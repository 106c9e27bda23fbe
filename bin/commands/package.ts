import type { Command } from 'commander';
import { addPackageDiffCommand } from './package-diff.ts';
import { addPackageGcCommand } from './package-gc.ts';
import { addPackageImportCommand } from './package-import.ts';
import { addPackageListCommand } from './package-list.ts';
import { addPackagePinCommands } from './package-pin.ts';
import { addPackagePublishCommand } from './package-publish.ts';
import { addPackageShowCommand } from './package-show.ts';
import { addPackageVerifyCommand } from './package-verify.ts';

/** `gutinteg package …`. */
export function addPackageCommand(program: Command): void {
  const packages = program
    .command('package')
    .description("the site's packages, and the store that machines fetch from");
  addPackagePublishCommand(packages);
  addPackageImportCommand(packages);
  addPackageListCommand(packages);
  addPackageShowCommand(packages);
  addPackageDiffCommand(packages);
  addPackageVerifyCommand(packages);
  addPackageGcCommand(packages);
  addPackagePinCommands(packages);
}
