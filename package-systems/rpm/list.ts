// What is installed, by rpm's database and dnf's notes of what is held. Pure. @see rpm(8), dnf.conf(5), dnf-versionlock(8)
import type { PackageItem, PackageQuestion } from '../package-system.ts';
import { parseRows } from '../parse-rows.ts';
import { HOLD_FILES, readHolds } from './holds.ts';

type Row = readonly [name: string, arch: string, version: string, vendor: string];

/** The keys that rpm trusts are in the same database. */
const PUBLIC_KEY = 'gpg-pubkey';

export const list: PackageQuestion<readonly PackageItem[]> = {
  commands: [
    {
      argv: [
        'rpm',
        '--query',
        '--all',
        '--queryformat',
        '%{NAME}\\t%{ARCH}\\t%|EPOCH?{%{EPOCH}:}:{}|%{VERSION}-%{RELEASE}\\t%|VENDOR?{%{VENDOR}}:{}|\\n',
      ],
    },
  ],
  files: HOLD_FILES,
  parse: ([shown], texts) => {
    const isHeld = readHolds(texts);
    return parseRows<Row>(shown?.stdout ?? '', 4, 'rpm --query --all')
      .filter(([name]) => name !== PUBLIC_KEY)
      .map(([name, arch, version, origin]): PackageItem => ({
        name,
        arch,
        version,
        flags: isHeld(name) ? ['held'] : [],
        origin,
      }))
      .sort(byName);
  },
};

/** rpm's own order is that of the installation. */
function byName(a: PackageItem, b: PackageItem): number {
  const [one, two] = [`${a.name}\t${a.arch}\t${a.version}`, `${b.name}\t${b.arch}\t${b.version}`];
  return one < two ? -1 : one === two ? 0 : 1;
}
