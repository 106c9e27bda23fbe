// What a .deb is. Pure. @see dpkg-deb(1)
import { UserError } from '../../lib/errors.ts';
import type { PackageFile, PackageQuestion } from '../package-system.ts';

export const inspectFile = (file: string): PackageQuestion<PackageFile> => ({
  commands: [
    {
      argv: [
        'dpkg-deb',
        '--show',
        '--showformat',
        '${Package}\\t${Architecture}\\t${Version}\\t${Pre-Depends}\\t${Depends}\\t${Description}\\n',
        '--',
        file,
      ],
    },
  ],
  parse: ([shown]) => {
    const [first = ''] = shown?.stdout.split('\n') ?? [];
    const [name = '', arch = '', version = '', before = '', depends = '', ...summary] = first.split('\t');
    if (name === '' || arch === '' || version === '')
      throw new UserError(`${file} lacks a name, an architecture or a version`, { exitCode: 2 });
    return { name, arch, version, summary: summary.join(' '), depends: [...relations(before), ...relations(depends)] };
  },
});

function relations(field: string): string[] {
  return field.split(/\s*,\s*/).filter((relation) => relation !== '');
}
