// The packages of the fleet of fleet-hosts.test.ts: what its hosts have at first, and what its repositories have later.
import { createHash } from 'node:crypto';
import { mkdir, appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { agentNeeds } from '../helpers/fleet-lab/fleet-lab.ts';
import type { DebPackage } from '../helpers/package-hosts/deb-package.ts';
import type { OverlayRoot } from '../helpers/package-hosts/overlay-root.ts';
import type { RpmPackage } from '../helpers/package-hosts/rpm-package.ts';

export const INSTALLED = ['lab-app', 'lab-held', 'lab-kept', 'lab-safe'];

const files = { '/etc/lab-app.conf': 'answer = 42\n', '/usr/bin/lab-app': 'true\n', '/usr/lib/lab-app/data': 'data\n' };

export const debs: {
  readonly first: readonly DebPackage[];
  readonly second: readonly DebPackage[];
  readonly security: readonly DebPackage[];
} = {
  first: [
    ...agentNeeds.deb,
    { name: 'lab-base', version: '1.0-1' },
    {
      name: 'lab-app',
      version: '1.0-9',
      fields: { Depends: 'lab-base', Description: 'paints the walls of the lab' },
      files,
    },
    { name: 'lab-extra', version: '1:0.9~rc1-1' },
    { name: 'lab-fail', version: '1.0', scripts: { postinst: 'exit 1' } },
    ...['lab-held', 'lab-kept', 'lab-phased', 'lab-safe'].map((name) => ({ name, version: '1.0-1' })),
  ],
  second: [
    { name: 'lab-app', version: '1.0-10', fields: { Depends: 'lab-base' }, files },
    { name: 'lab-held', version: '1.1-1' },
    { name: 'lab-kept', version: '1.1-1', fields: { Depends: 'lab-nowhere' } },
    { name: 'lab-phased', version: '1.1-1', fields: { 'Phased-Update-Percentage': '10' } },
  ],
  security: [{ name: 'lab-safe', version: '1.0-1+deb12u1' }],
};

export const rpms: { readonly first: readonly RpmPackage[]; readonly second: readonly RpmPackage[] } = {
  first: [
    ...agentNeeds.rpm,
    { name: 'lab-base', version: '1.0' },
    { name: 'lab-app', version: '1.0', release: '9', tags: { Requires: 'lab-base' }, files },
    { name: 'lab-extra', version: '0.9~rc1', tags: { Epoch: '1' } },
    { name: 'glibc', version: '2.40' },
    ...['lab-held', 'lab-kept', 'lab-safe'].map((name) => ({ name, version: '1.0' })),
  ],
  second: [
    { name: 'lab-app', version: '1.0', release: '10', tags: { Requires: 'lab-base' }, files },
    { name: 'lab-held', version: '1.1' },
    { name: 'lab-kept', version: '1.1', tags: { Requires: 'lab-nowhere' } },
    { name: 'lab-safe', version: '1.0', release: '2', isSecurity: true },
  ],
};

/** In a chroot, apt takes no notice of phases unless it is told. */
const PHASES = 'APT::Get::Never-Include-Phased-Updates "true";\n';

/** Nothing that a list of many would be smaller by. */
const hexOf = (of: string | number): string => createHash('sha256').update(String(of)).digest('hex').slice(0, 12);

/** As many packages as a small system has, without installing them one by one. */
export async function prepareDpkg({ root }: OverlayRoot): Promise<void> {
  await writeFile(join(root, 'etc/apt/apt.conf.d/90phases'), PHASES);
  const names = Array.from({ length: 400 }, (_, index) => `filler-${hexOf(index)}`);
  const info = join(root, 'var/lib/dpkg/info');
  await mkdir(info, { recursive: true });
  await Promise.all(names.map((name) => writeFile(join(info, `${name}.list`), '/.\n')));
  const stanza = (name: string): string =>
    `Package: ${name}\nStatus: install ok installed\nMaintainer: Lab <lab@example.test>\nArchitecture: all\n` +
    `Version: ${hexOf(name)}-1\nDescription: fills the list\n\n`;
  await appendFile(join(root, 'var/lib/dpkg/status'), names.map(stanza).join(''));
}

/** `web01`, `web02`, … */
export const numbered = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${name}${String(index + 1).padStart(2, '0')}`);
