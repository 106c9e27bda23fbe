// What an upgrade would bring, by the lists that dnf has. Pure. @see dnf(8) repoquery
import type { CandidateFlag, PackageCommand, PackageItem, PackageQuestion } from '../package-system.ts';
import { parseRows } from '../parse-rows.ts';

/** Three questions, as dnf leaves out what is held, and says of none whether it is for security. */
export const candidates: PackageQuestion<readonly PackageItem[]> = {
  commands: [
    queryUpgrades(),
    queryUpgrades('--security'),
    queryUpgrades('--disableexcludes=all', '--disableplugin=versionlock'),
  ],
  parse: ([upgrades, security, withHeld]) => {
    const brought = new Set(parseUpgrades(upgrades?.stdout).map(keyOf));
    const isSecurity = new Set(parseUpgrades(security?.stdout).map(keyOf));
    return parseUpgrades(withHeld?.stdout).map((row) => {
      const flags: CandidateFlag[] = [];
      if (!brought.has(keyOf(row))) flags.push('held');
      if (isSecurity.has(keyOf(row))) flags.push('security');
      const [name, epoch, version, arch, origin] = row;
      return { name, arch, version: epoch === '0' ? version : `${epoch}:${version}`, flags, origin };
    });
  },
};

type Row = readonly [name: string, epoch: string, version: string, arch: string, repository: string];

function queryUpgrades(...options: readonly string[]): PackageCommand {
  const format = '%{name}\\t%{epoch}\\t%{version}-%{release}\\t%{arch}\\t%{repoid}';
  return {
    argv: [
      'dnf',
      '--cacheonly',
      '--quiet',
      ...options,
      'repoquery',
      '--upgrades',
      '--latest-limit=1',
      '--queryformat',
      format,
    ],
  };
}

function parseUpgrades(stdout = ''): Row[] {
  return parseRows<Row>(stdout, 5, 'dnf repoquery --upgrades');
}

function keyOf(row: Row): string {
  return row.slice(0, 4).join('\t');
}
