// Options of `gutinteg fleet install` that are for files alone. In: a command. Out: options. Never: I/O; knows which package system has which
// (package-systems/dpkg/file-jobs.ts, rpm/file-jobs.ts).
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { installOptions } from '../../../contract/fleet/jobs/action.ts';
import { bringOptions } from './add-file-command.ts';
import type { BringOptions } from './bring-files.ts';

type InstallOption = (typeof installOptions)[number];

export type OwnFileOptions = BringOptions & {
  readonly fileOption?: InstallOption[];
  readonly eachHostDownloads?: true;
};

export function addInstallFilesOptions(command: Command): void {
  command.optionsGroup('Files and addresses:');
  for (const option of bringOptions()) command.addOption(option);
  command
    .option('--each-host-downloads', 'each host gets the address by itself, and compares the SHA-256')
    .addOption(
      new Option(
        '--file-option <option>',
        `let the package system do it; repeatable: ${installOptions.join(', ')}`,
      ).argParser(collectOptions),
    );
}

function collectOptions(text: string, before: readonly InstallOption[] = []): InstallOption[] {
  const option = installOptions.find((each) => each === text);
  if (option !== undefined) return [...new Set([...before, option])];
  throw new InvalidArgumentError(`It is none of ${installOptions.join(', ')}.`);
}
