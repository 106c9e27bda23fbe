// What an .rpm is. Pure. @see rpm(8)
import { UserError } from '../../lib/errors.ts';
import type { PackageFile, PackageQuestion } from '../package-system.ts';

const FORMAT = '%{NAME}\\t%{ARCH}\\t%|EPOCH?{%{EPOCH}:}:{}|%{VERSION}-%{RELEASE}\\t%{SUMMARY}\\n[%{REQUIRENEVRS}\\n]';

export const inspectFile = (file: string): PackageQuestion<PackageFile> => ({
  // Without --nomanifest, rpm takes any text for a list of files and addresses, and opens them.
  commands: [
    { argv: ['rpm', '--query', '--nomanifest', '--queryformat', FORMAT, '--package', '--', file], okExitCodes: [0, 1] },
  ],
  parse: ([shown]) => {
    const [first = '', ...depends] = shown?.stdout.split('\n') ?? [];
    const [name = '', arch = '', version = '', ...summary] = first.split('\t');
    // It says nothing of what is wrong with a text.
    if (name === '' || version === '') {
      throw new UserError(`${file} is not a package of rpm${shown?.stderr ? `: ${shown.stderr.trim()}` : ''}`, {
        exitCode: 2,
      });
    }
    // What it asks of rpm itself is no package.
    const isPackage = (line: string): boolean => line !== '' && !line.startsWith('rpmlib(');
    return { name, arch, version, summary: summary.join(' '), depends: depends.filter(isPackage) };
  },
});
