// What is installed, by dpkg's status and apt's notes of what came as a dependency. Pure.
// @see dpkg-query(1), dpkg(1) "Package states", "Package selection states" and "Package flags"
import type { CommandResult } from '../../lib/run-command.ts';
import type { InstalledFlag, PackageItem, PackageQuestion } from '../package-system.ts';
import { parseRows } from '../parse-rows.ts';

const FIELDS = ['Package', 'Architecture', 'Version', 'db:Status-Want', 'db:Status-Status', 'db:Status-Eflag'] as const;
type Row = readonly [name: string, arch: string, version: string, want: string, status: string, error: string];

export const list: PackageQuestion<readonly PackageItem[]> = {
  commands: [
    { argv: ['dpkg-query', '--show', '--showformat', `${FIELDS.map((field) => `\${${field}}`).join('\\t')}\\n`] },
  ],
  files: ['/var/lib/apt/extended_states'],
  parse: ([shown], [extendedStates]) => parseList(shown, extendedStates ?? ''),
};

function parseList(shown: CommandResult | undefined, extendedStates: string): PackageItem[] {
  const isAuto = readAuto(extendedStates);
  return parseRows<Row>(shown?.stdout ?? '', 6, 'dpkg-query --show')
    .filter(([, , , , status]) => status !== 'not-installed' && status !== 'config-files')
    .map((row) => ({ name: row[0], arch: row[1], version: row[2], flags: flagsOf(row, isAuto), origin: '' }));
}

const STATUS_FLAGS: Readonly<Record<string, InstalledFlag>> = {
  'half-configured': 'half-configured',
  'half-installed': 'half-installed',
  'triggers-awaited': 'triggers-awaited',
  'triggers-pending': 'triggers-pending',
  unpacked: 'unpacked',
};

function flagsOf(
  [name, arch, , want, status, error]: Row,
  isAuto: (name: string, arch: string) => boolean,
): InstalledFlag[] {
  const flags: InstalledFlag[] = [];
  if (want === 'hold') flags.push('held');
  if (isAuto(name, arch)) flags.push('auto');
  const state = STATUS_FLAGS[status];
  if (state !== undefined) flags.push(state);
  if (error !== 'ok') flags.push('reinstall-required');
  if (status !== 'installed' || error !== 'ok') flags.push('broken');
  return flags.sort();
}

/** apt notes a package of `all` under the architecture of the host. */
function readAuto(extendedStates: string): (name: string, arch: string) => boolean {
  const auto = new Set<string>();
  for (const stanza of extendedStates.split(/\n{2,}/)) {
    if (!/^Auto-Installed: 1$/m.test(stanza)) continue;
    const name = /^Package: (\S+)$/m.exec(stanza)?.[1];
    auto.add(`${name}:all`).add(`${name}:${/^Architecture: (\S+)$/m.exec(stanza)?.[1]}`);
  }
  return (name, arch) => auto.has(`${name}:${arch}`);
}
