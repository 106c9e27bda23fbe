// Files that are installed with options. In: files, options. Out: command lines of rpm itself, which knows them all; without options
// dnf does it, and finds the dependencies. Pure. @see rpm(8) install options
import { UserError } from '../../lib/errors.ts';
import { requireOptions } from '../file-options.ts';
import type { FileOption } from '../file-options.ts';
import type { PackageChange } from '../package-job.ts';
import type { PackageCommand, PackageQuestion } from '../package-system.ts';
import { inspectFile } from './inspect-file.ts';
import { list } from './list.ts';

const OPTIONS: { readonly [O in FileOption]?: string } = {
  'ignore-depends': '--nodeps',
  downgrade: '--oldpackage',
  reinstall: '--replacepkgs',
  'replace-files': '--replacefiles',
  'no-scripts': '--noscripts',
  'no-triggers': '--notriggers',
  'no-docs': '--excludedocs',
  'ignore-size': '--ignoresize',
};

export const fileOptions = Object.keys(OPTIONS) as FileOption[];

/** @throws UserError (exit code 2) for an option of another system */
export function installByRpm(
  files: readonly string[],
  options: readonly FileOption[],
  more: readonly string[] = [],
): PackageCommand {
  requireOptions('rpm', options, fileOptions);
  const words = options.flatMap((option) => OPTIONS[option] ?? []);
  return { argv: ['rpm', '--upgrade', '--nomanifest', ...more, ...words, '--', ...files] };
}

export const simulateFiles = (
  files: readonly string[],
  options: readonly FileOption[],
): PackageQuestion<readonly PackageChange[]> => {
  const { argv } = installByRpm(files, options, ['--test']);
  // It ends with the number of files that it refuses.
  const okExitCodes = [...Array.from({ length: 256 }).keys()];
  return {
    commands: [...list.commands, { argv, okExitCodes }, ...files.flatMap((file) => inspectFile(file).commands)],
    parse: ([shown, tried, ...inspected]) => {
      if (tried?.exitCode !== 0) throw new UserError(`rpm refuses to install: ${tried?.stderr.trim()}`);
      const installed = shown === undefined ? [] : list.parse([shown], []);
      return files.map((file, index) => {
        const result = inspected[index];
        const { name, arch, version } = inspectFile(file).parse(result === undefined ? [] : [result], []);
        const before = installed.find((item) => item.name === name && item.arch === arch)?.version;
        return { name, arch, before, after: version };
      });
    },
  };
};
