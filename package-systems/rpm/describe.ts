// What installed packages say of themselves. Pure. @see rpm(8) --queryformat
import type { PackageDescription, PackageQuestion } from '../package-system.ts';
import { requireName } from '../require-name.ts';

const OPTIONAL = ['GROUP', 'VENDOR', 'URL'].map((tag) => `%|${tag}?{%{${tag}}}:{}|`);
const FORMAT = [
  '%{NAME}',
  '%{ARCH}',
  '%|EPOCH?{%{EPOCH}:}:{}|%{VERSION}-%{RELEASE}',
  ...OPTIONAL,
  '%{SIZE}',
  '%{INSTALLTIME}',
  '%{SUMMARY}',
  // In quotes, as it has several lines.
  '%{DESCRIPTION:shescape}',
].join('\\t');

export const describe = (names: readonly string[]): PackageQuestion<readonly PackageDescription[]> => ({
  commands: [{ argv: ['rpm', '--query', '--all', '--queryformat', `${FORMAT}\\n`, '--', ...names.map(requireName)] }],
  parse: ([shown]) => [...(shown?.stdout ?? '').matchAll(RECORD)].map(asDescription),
});

/** Nine fields, and a text as a shell quotes it. */
const RECORD = /^((?:[^\t\n]*\t){9})'((?:[^']|'\\'')*)'$/gm;

function asDescription([, fields = '', quoted = '']: RegExpMatchArray): PackageDescription {
  const [
    name = '',
    arch = '',
    version = '',
    group = '',
    vendor = '',
    homepage = '',
    size = '',
    time = '',
    summary = '',
  ] = fields.split('\t');
  return {
    name,
    arch,
    version,
    summary,
    description: quoted.replaceAll(String.raw`'\''`, "'"),
    class: group,
    vendor,
    homepage,
    installedBytes: Number.parseInt(size, 10),
    installedAt: Number.parseInt(time, 10),
  };
}
