// What a .deb would bring. Pure. All of it is unpacked on the way, so a file that was cut fails. @see dpkg-deb(1) --contents
import type { FileContents, PackageQuestion } from '../package-system.ts';

const LINE = /^([-dlhbcps])\S+ +\S+ +(\d+)(?:,\d+)? +\S+ +\S+ +\.?(\/.*)$/;

export const fileContents = (file: string): PackageQuestion<FileContents> => ({
  commands: [{ argv: ['dpkg-deb', '--contents', '--', file] }],
  parse: ([shown]) => {
    const entries = (shown?.stdout ?? '').split('\n').flatMap((line) => {
      const [, type, bytes = '0', path = ''] = LINE.exec(line) ?? [];
      if (type === undefined || type === 'd') return [];
      return [{ path: type === 'l' ? (path.split(' -> ')[0] ?? '') : path, bytes: type === '-' ? Number(bytes) : 0 }];
    });
    return { paths: entries.map(({ path }) => path), bytes: entries.reduce((sum, { bytes }) => sum + bytes, 0) };
  },
});
