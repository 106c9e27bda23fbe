// What an upgrade would bring, and what it would not although it is newer, by the lists that dnf has. Pure; an ordinary
// user can ask, without a network, but dnf 4 tells only root what is kept back. @see dnf(8) repoquery, dnf.conf(5), dnf5(8)
import type { CandidateFlag, PackageCommand, PackageItem, PackageQuestion } from '../package-system.ts';
import { parseRows } from '../parse-rows.ts';
import { askDnf } from './ask-dnf.ts';
import { HOLD_FILES, readHolds } from './holds.ts';

/** dnf leaves out what is held, says of no package whether it is for security, and upgrades what fits together. */
export const candidates: PackageQuestion<readonly PackageItem[]> = {
  commands: [
    // In the words of dnf 4 and of dnf 5.
    queryUpgrades('--setopt=disable_excludes=all,*'),
    queryUpgrades(),
    queryUpgrades('--security'),
    // 100: there are some.
    askDnf(['--quiet', 'check-update'], [0, 100]),
    // 1: it has asked, and nobody said yes; or root is needed. 200: another dnf is running.
    askDnf(['--assumeno', '--setopt=exit_on_lock=1', 'upgrade'], [0, 1, 200]),
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
    return [...newer, ...readReplacements(updates?.stdout ?? ''), ...readReplacing(asked?.stdout ?? '')];
  },
};

type Row = readonly [name: string, epoch: string, version: string, arch: string, repository: string];

function queryUpgrades(...options: readonly string[]): PackageCommand {
  // dnf 5 ends no line by itself, and takes a backslash for one; dnf 4 adds an empty line.
  const format = '\t%{name}\t%{epoch}\t%{version}-%{release}\t%{arch}\t%{repoid}\n';
  const query = ['repoquery', '--upgrades', '--latest-limit=1', '--queryformat', format] as const;
  return askDnf(['--quiet', ...query, ...options]);
}

function parseUpgrades(stdout = ''): Omit<PackageItem, 'flags'>[] {
  return parseRows<Row>(rowsOf(stdout), 5, 'dnf repoquery --upgrades').map(([name, epoch, version, arch, origin]) => ({
    name,
    arch,
    version: epoch === '0' ? version : `${epoch}:${version}`,
    origin,
  }));
}

/** Rows begin with a tab; other lines are words of plugins, such as those of subscriptions, which no option silences. */
function rowsOf(stdout: string): string {
  return [...stdout.matchAll(/^\t(.*\n)/gm)].map(([, row]) => row).join('');
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

/** Of dnf 5, which names them only here: below `Installing:`, packages with `replacing` lines of their own. */
function readReplacing(stdout: string): PackageItem[] {
  const [, table = ''] = /^Installing:\n((?: .*\n)+)/m.exec(stdout) ?? [];
  const rows = table.matchAll(/^ (\S+) +(\S+) +(\S+:\S+) +(\S+) .*\n {3}replacing /gm);
  return [...rows].map(([, name = '', arch = '', version = '', origin = '']) => ({
    name,
    arch,
    version: version.replace(/^0:/, ''),
    flags: ['replacement'],
    origin,
  }));
}
