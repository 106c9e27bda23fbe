// What an .rpm would bring. Pure. Its digests are compared with all of its bytes first. @see rpmkeys(8) --checksig
import type { FileContents, PackageQuestion } from '../package-system.ts';

export const fileContents = (file: string): PackageQuestion<FileContents> => ({
  commands: [
    { argv: ['rpmkeys', '--checksig', '--nosignature', '--', file] },
    {
      argv: [
        'rpm',
        '--query',
        '--nomanifest',
        '--queryformat',
        '[%{FILEMODES:perms} %{LONGFILESIZES} %{FILENAMES}\\n]',
        '--package',
        '--',
        file,
      ],
    },
  ],
  parse: ([, shown]) => {
    const entries = (shown?.stdout ?? '').split('\n').flatMap((line) => {
      const [, type, bytes = '0', path = ''] = /^(.)\S+ (\d+) (\/.*)$/.exec(line) ?? [];
      return type === undefined || type === 'd' ? [] : [{ path, bytes: type === '-' ? Number(bytes) : 0 }];
    });
    return { paths: entries.map(({ path }) => path), bytes: entries.reduce((sum, { bytes }) => sum + bytes, 0) };
  },
});
