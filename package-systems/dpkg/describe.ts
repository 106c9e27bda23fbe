// What installed packages say of themselves. Pure. @see dpkg-query(1), deb-control(5) Description
import type { PackageDescription, PackageQuestion } from '../package-system.ts';
import { requireName } from '../require-name.ts';

const FIELDS = [
  'Package',
  'Architecture',
  'Version',
  'db:Status-Status',
  'Section',
  'Maintainer',
  'Homepage',
  'Installed-Size',
  'db-fsys:Last-Modified',
  'Description',
];

export const describe = (names: readonly string[]): PackageQuestion<readonly PackageDescription[]> => ({
  commands: [
    {
      argv: [
        'dpkg-query',
        '--show',
        '--showformat',
        `${FIELDS.map((field) => `\${${field}}`).join('\\t')}\\n`,
        '--',
        ...names.map(requireName),
      ],
      // Some are not installed.
      okExitCodes: [0, 1],
    },
  ],
  parse: ([shown]) => parseDescriptions(shown?.stdout ?? ''),
});

/** A package begins in a line of its own; further lines of its description begin with a space. */
function parseDescriptions(stdout: string): PackageDescription[] {
  return stdout.split(/\n(?! )/).flatMap((record) => {
    const [first = '', ...more] = record.split('\n');
    const [name = '', arch = '', version = '', status = '', ...fields] = first.split('\t');
    if (status === '' || status === 'config-files' || status === 'not-installed') return [];
    const [section = '', vendor = '', homepage = '', kilobytes = '', modified = '', ...summary] = fields;
    return {
      name,
      arch,
      version,
      summary: summary.join(' '),
      description: more.map((line) => (line === ' .' ? '' : line.slice(1))).join('\n'),
      class: section,
      vendor,
      homepage,
      installedBytes: Number.parseInt(`0${kilobytes}`, 10) * 1024,
      // dpkg keeps no date; the list of files is written at every installation.
      installedAt: modified === '' ? undefined : Number.parseInt(modified, 10),
    };
  });
}
