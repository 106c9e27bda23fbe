// Files that are installed with options. In: files, options. Out: command lines of dpkg, or further words for apt-get. Pure. apt finds
// the dependencies, so dpkg is called by itself only for what apt cannot overlook. @see dpkg(1) --force-things, apt-get(8)
import { UserError } from '../../lib/errors.ts';
import { requireOptions } from '../file-options.ts';
import type { FileOption } from '../file-options.ts';
import type { PackageChange } from '../package-job.ts';
import type { PackageItem, PackageQuestion } from '../package-system.ts';
import { compareVersions } from './compare-versions.ts';
import { inspectFile } from './inspect-file.ts';
import { list } from './list.ts';

type Words = { readonly dpkg: readonly string[]; readonly apt?: readonly string[] };

const OPTIONS: { readonly [O in FileOption]?: Words } = {
  'ignore-depends': { dpkg: ['--force-depends'] },
  'ignore-conflicts': { dpkg: ['--force-conflicts', '--force-breaks'] },
  overwrite: { dpkg: ['--force-overwrite'], apt: ['-o', 'Dpkg::Options::=--force-overwrite'] },
  downgrade: { dpkg: ['--force-downgrade'], apt: ['--allow-downgrades'] },
  reinstall: { dpkg: [], apt: ['--reinstall'] },
};

export const fileOptions = Object.keys(OPTIONS) as FileOption[];

/** Words for apt-get; undefined where it needs dpkg itself. @throws UserError (exit code 2) for an option of another system */
export function wordsForApt(options: readonly FileOption[]): readonly string[] | undefined {
  requireOptions('dpkg', options, fileOptions);
  const words = options.map((option) => OPTIONS[option]?.apt);
  return words.every((each) => each !== undefined) ? words.flat() : undefined;
}

/** Of dpkg, behind its name. */
export const wordsForDpkg = (options: readonly FileOption[]): readonly string[] => [
  ...(options.includes('downgrade') ? [] : ['--refuse-downgrade']),
  ...options.flatMap((option) => OPTIONS[option]?.dpkg ?? []),
  '--install',
  '--',
];

/** dpkg's own simulation says less than the files do. */
export const simulateFiles = (
  files: readonly string[],
  options: readonly FileOption[],
): PackageQuestion<readonly PackageChange[]> => ({
  commands: [...list.commands, ...files.flatMap((file) => inspectFile(file).commands)],
  parse: ([shown, ...inspected]) => {
    const installed = shown === undefined ? [] : list.parse([shown], []);
    return files.map((file, index) => {
      const result = inspected[index];
      const { name, arch, version } = inspectFile(file).parse(result === undefined ? [] : [result], []);
      const before = findInstalled(installed, name, arch)?.version;
      if (before !== undefined && !options.includes('downgrade') && compareVersions(version, before) < 0) {
        throw new UserError(`dpkg refuses to install ${name} ${version}: ${before} is installed, which is newer`, {
          hint: 'the option downgrade lets it',
        });
      }
      return { name, arch, before, after: version };
    });
  },
});

const findInstalled = (installed: readonly PackageItem[], name: string, arch: string): PackageItem | undefined =>
  installed.find((item) => item.name === name && item.arch === arch);
