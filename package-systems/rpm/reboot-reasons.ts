// Whether a host should be restarted: packages that were installed after its start and of which a part runs until its end.
// Pure. @see dnf's needs-restarting(1) --reboothint, whose list of packages this is
import type { PackageQuestion } from '../package-system.ts';
import { parseRows } from '../parse-rows.ts';

const NAMES = [
  'kernel',
  'kernel-core',
  'kernel-rt',
  'glibc',
  'linux-firmware',
  'systemd',
  'dbus',
  'dbus-broker',
  'dbus-daemon',
  'microcode_ctl',
];

type Row = readonly [name: string, version: string, installedAt: string];

export const rebootReasons: PackageQuestion<readonly string[]> = {
  commands: [
    {
      argv: [
        'rpm',
        '--query',
        '--all',
        '--queryformat',
        '%{NAME}\\t%{VERSION}-%{RELEASE}\\t%{INSTALLTIME}\\n',
        ...NAMES,
      ],
    },
  ],
  files: ['/proc/stat'],
  parse: ([shown], [stat]) => {
    const startedAt = Number(/^btime (\d+)$/m.exec(stat ?? '')?.[1] ?? Number.POSITIVE_INFINITY);
    return parseRows<Row>(shown?.stdout ?? '', 3, 'rpm --query --all')
      .filter(([, , installedAt]) => Number(installedAt) > startedAt)
      .map(([name, version]) => `${name} ${version} was installed after the last start`)
      .sort();
  },
};
