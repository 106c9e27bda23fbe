// What is installed, by rpm's database and dnf's notes of what is held. Pure. @see rpm(8), dnf.conf(5), dnf-versionlock(8)
import type { PackageItem, PackageQuestion } from '../package-system.ts';
import { parseRows } from '../parse-rows.ts';
import { HOLD_FILES, readHolds } from './holds.ts';

type Row = readonly [name: string, arch: string, version: string, vendor: string];

/** Why each package is there: of dnf 5; that of dnf 4 is in a database. */
const REASONS = '/usr/lib/sysimage/libdnf5/packages.toml';

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
  files: [REASONS, ...HOLD_FILES],
  parse: ([shown], [reasons = '', ...texts]) => {
    const isHeld = readHolds(texts);
    const isAuto = readAuto(reasons);
    return parseRows<Row>(shown?.stdout ?? '', 4, 'rpm --query --all')
      .filter(([name]) => name !== PUBLIC_KEY)
      .map(([name, arch, version, origin]): PackageItem => ({
        name,
        arch,
        version,
        flags: [
          ...(isAuto(`${name}.${arch}`) ? (['auto'] as const) : []),
          ...(isHeld(name) ? (['held'] as const) : []),
        ],
        origin,
      }))
      .sort(byName);
  },
};

/** `"jq.x86_64" = {reason = "Dependency"}`, also `Weak Dependency`; what dnf 5 has not installed has no line. */
function readAuto(reasons: string): (nameAndArch: string) => boolean {
  const found = reasons.matchAll(/^"([^"]+)" *= *\{ *reason *= *"[A-Za-z ]*Dependency" *\}$/gm);
  const names = new Set([...found].map(([, name = '']) => name));
  return (nameAndArch) => names.has(nameAndArch);
}

/** rpm's own order is that of the installation. */
function byName(a: PackageItem, b: PackageItem): number {
  const [one, two] = [`${a.name}\t${a.arch}\t${a.version}`, `${b.name}\t${b.arch}\t${b.version}`];
  return one < two ? -1 : one === two ? 0 : 1;
}
