// What an upgrade would bring, and what it would not although it is newer, by the lists that dnf has. Pure; an ordinary
// user can ask, without a network, but only root is told what is kept back. @see dnf(8) repoquery, dnf.conf(5)
import type { CandidateFlag, PackageCommand, PackageItem, PackageQuestion } from '../package-system.ts';
import { parseRows } from '../parse-rows.ts';
import { HOLD_FILES, readHolds } from './holds.ts';

/** dnf leaves out what is held, says of no package whether it is for security, and upgrades what fits together. */
export const candidates: PackageQuestion<readonly PackageItem[]> = {
  commands: [
    queryUpgrades('--disableexcludes=all'),
    queryUpgrades(),
    queryUpgrades('--security'),
    // 100: there are some.
    { argv: ['dnf', '--cacheonly', '--quiet', 'check-update'], okExitCodes: [0, 100] },
    // 1: it has asked, and nobody said yes; or root is needed. 200: another dnf is running.
    { argv: ['dnf', '--cacheonly', '--assumeno', '--setopt=exit_on_lock=1', 'upgrade'], okExitCodes: [0, 1, 200] },
  ],
  files: HOLD_FILES,
  parse: ([all, upgrades, security, updates, asked], texts) => {
    const isHeld = readHolds(texts);
    const brought = new Set(parseUpgrades(upgrades?.stdout).map(keyOf));
    const isSecurity = new Set(parseUpgrades(security?.stdout).map(keyOf));
    const skipped = readSkipped(asked?.stdout ?? '');
    const newer = parseUpgrades(all?.stdout).map((item) => {
      const flags: CandidateFlag[] = [];
      // Queries take no notice of locks.
      if (isHeld(item.name) || !brought.has(keyOf(item))) flags.push('held');
      else if (skipped.includes(` ${keyOf(item)} `)) flags.push('kept-back');
      if (isSecurity.has(keyOf(item))) flags.push('security');
      return { ...item, flags };
    });
    return [...newer, ...readReplacements(updates?.stdout ?? '')];
  },
};

type Row = readonly [name: string, epoch: string, version: string, arch: string, repository: string];

function queryUpgrades(...options: readonly string[]): PackageCommand {
  const format = '%{name}\\t%{epoch}\\t%{version}-%{release}\\t%{arch}\\t%{repoid}';
  const query = ['repoquery', '--upgrades', '--latest-limit=1', '--queryformat', format] as const;
  return { argv: ['dnf', '--cacheonly', '--quiet', ...query, ...options] };
}

function parseUpgrades(stdout = ''): Omit<PackageItem, 'flags'>[] {
  return parseRows<Row>(stdout, 5, 'dnf repoquery --upgrades').map(([name, epoch, version, arch, origin]) => ({
    name,
    arch,
    version: epoch === '0' ? version : `${epoch}:${version}`,
    origin,
  }));
}

function keyOf({ name, arch, version }: Omit<PackageItem, 'flags'>): string {
  return `${name} ${arch} ${version}`;
}

/** The words of the tables below `Skipping packages with …:`, each after one space: long names break the lines. */
function readSkipped(stdout: string): string {
  const tables = stdout.matchAll(/^Skipping packages with .*:\n((?: .*\n)+)/gm);
  return [...tables].map(([, rows = '']) => ` ${rows.trim().split(/\s+/).join(' ')} `).join('');
}

/**
 * Below `Obsoleting Packages`: `NAME.ARCH VERSION REPOSITORY` of a new package, and of the one that it replaces, whose
 * repository begins with @. Three words each: long names break the lines.
 */
function readReplacements(stdout: string): PackageItem[] {
  const words = (/^Obsoleting Packages\n([^]*)/m.exec(stdout)?.[1] ?? '').trim().split(/\s+/);
  const found = new Map<string, PackageItem>();
  for (let at = 0; at + 2 < words.length; at += 3) {
    const [full = '', version = '', origin = ''] = words.slice(at, at + 3);
    const dot = full.lastIndexOf('.');
    if (origin.startsWith('@')) continue;
    found.set(full, { name: full.slice(0, dot), arch: full.slice(dot + 1), version, flags: ['replacement'], origin });
  }
  return [...found.values()];
}
