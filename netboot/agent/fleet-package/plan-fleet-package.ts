// What a package of gutinteg-fleet says of itself, for dpkg and for rpm. In: version, architecture. Out: texts of their formats.
// Never: I/O. @see deb-control(5), rpm's spec file format
import { dirname } from 'node:path/posix';
import { needrestartFile, startedFleetUnits } from '../fleet-files.ts';

export type FleetPackage = {
  /** Of the program: hexadecimal digits. */
  readonly version: string;
  /** Debian's name of the architecture. */
  readonly architecture: string;
  readonly installedBytes: number;
};

const NAME = 'gutinteg-fleet';
const UNITS = startedFleetUnits.join(' ');
const SUMMARY = "reports this host's packages to a fleet's server";

/** A version grows by the day it was made on; the digits of the program tell those of a day apart. */
const packageVersion = ({ version }: FleetPackage, nowMs: number): string =>
  `${new Date(nowMs).toISOString().slice(0, 10).replaceAll('-', '')}+${version}`;

/**
 * Where systemd is, its units have a user of their own that exists only while they run. Elsewhere cron needs one in passwd(5).
 * What follows is run by /bin/sh as root, by both dpkg and rpm.
 */
const AFTER_INSTALLATION = `if command -v systemctl >/dev/null; then
  systemctl enable ${UNITS} >/dev/null 2>&1 || :
fi
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload
  systemctl start ${UNITS}
elif ! id gutinteg-fleet >/dev/null 2>&1; then
  useradd --system --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin gutinteg-fleet
fi
`;

const BEFORE_REMOVAL = `if command -v systemctl >/dev/null; then
  systemctl disable ${UNITS} >/dev/null 2>&1 || :
fi
if [ -d /run/systemd/system ]; then systemctl stop ${UNITS} || :; fi
`;

/** The key goes only with a purge: a host that is installed anew is the same host. */
const AFTER_PURGE = `rm -rf /var/lib/gutinteg-fleet /var/lib/private/gutinteg-fleet /var/lib/gutinteg-fleet-executor
rm -f /etc/gutinteg/fleet-orders.json
`;

const OWN_DIRECTORY = '/usr/lib/gutinteg-fleet';
const CONFIGURATION: readonly string[] = ['/etc/cron.d/gutinteg-fleet', `/${needrestartFile}`];

/** Files of DEBIAN/, by name. */
export function renderDebControl(of: FleetPackage, nowMs: number): Readonly<Record<string, string>> {
  const control = {
    Package: NAME,
    Version: packageVersion(of, nowMs),
    Architecture: of.architecture,
    Maintainer: 'gutinteg <root@localhost>',
    'Installed-Size': String(Math.ceil(of.installedBytes / 1024)),
    Section: 'admin',
    Priority: 'optional',
    Depends: 'util-linux, passwd',
    Description: SUMMARY,
  };
  const script = (body: string): string => `#!/bin/sh\nset -e\n${body}`;
  return {
    control: Object.entries(control)
      .map(([field, value]) => `${field}: ${value}\n`)
      .join(''),
    conffiles: CONFIGURATION.map((path) => `${path}\n`).join(''),
    postinst: script(`[ "$1" = configure ] || exit 0\n${AFTER_INSTALLATION}`),
    prerm: script(`[ "$1" = remove ] || exit 0\n${BEFORE_REMOVAL}`),
    postrm: script(`[ "$1" = purge ] || exit 0\n${AFTER_PURGE}`),
  };
}

/** @param tree a directory with the files @param files its paths, absolute */
export function renderSpec(
  of: FleetPackage,
  nowMs: number,
  { tree, files }: { tree: string; files: readonly string[] },
): string {
  const listed = files.map((path) => (CONFIGURATION.includes(path) ? `%config(noreplace) ${path}` : path));
  // Those of the host itself belong to others; its own would be left behind, empty.
  const directories = new Set(files.map((path) => dirname(path)).filter((path) => path.startsWith(OWN_DIRECTORY)));
  return `Name: ${NAME}
Version: ${packageVersion(of, nowMs)}
Release: 1
Summary: ${SUMMARY}
License: Apache-2.0
AutoReqProv: no
Requires: /usr/bin/flock, /usr/sbin/useradd
%description
${SUMMARY}
%install
cp -a ${tree}/. %{buildroot}/
%post -p /bin/sh
${AFTER_INSTALLATION}
%preun -p /bin/sh
[ "$1" = 0 ] || exit 0
${BEFORE_REMOVAL}
%files
%defattr(-,root,root)
${[...[...directories].map((path) => `%dir ${path}`), ...listed].join('\n')}
`;
}
