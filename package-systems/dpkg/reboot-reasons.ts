// Whether a Debian should be restarted: packages that asked for it, and a kernel that is newer than the running one. Pure.
import type { PackageQuestion } from '../package-system.ts';
import { parseRows } from '../parse-rows.ts';
import { compareVersions } from './compare-versions.ts';

type Row = readonly [name: string, version: string, status: string];
type Kernel = { readonly release: string; readonly version: string };

export const rebootReasons: PackageQuestion<readonly string[]> = {
  commands: [
    { argv: ['uname', '-r'] },
    {
      argv: [
        'dpkg-query',
        '--show',
        '--showformat',
        '${Package}\\t${Version}\\t${db:Status-Status}\\n',
        'linux-image-*',
      ],
      okExitCodes: [0, 1],
    },
  ],
  files: ['/run/reboot-required', '/run/reboot-required.pkgs', '/proc/version'],
  parse: ([uname, shown], [required, packages, version]) => [
    ...(required === undefined ? [] : [namePackages(packages ?? '')]),
    ...newerKernels(uname?.stdout.trim() ?? '', readKernels(shown?.stdout ?? ''), version ?? ''),
  ],
};

function namePackages(text: string): string {
  const names = [...new Set(text.split('\n').filter((line) => line !== ''))];
  return names.length === 0 ? 'a package has asked for a restart' : `asked for by ${names.join(', ')}`;
}

/** `linux-image-6.1.0-25-amd64`; names without a number are of packages that only depend on one of these. */
function readKernels(stdout: string): Kernel[] {
  return parseRows<Row>(stdout, 3, 'dpkg-query --show').flatMap(([name, version, status]) => {
    const release = /^linux-image-(?:unsigned-)?(\d.*)$/.exec(name)?.[1];
    return release === undefined || status !== 'installed' ? [] : [{ release, version }];
  });
}

/** Says nothing of a kernel that no package has brought, as in a container. */
function newerKernels(running: string, kernels: readonly Kernel[], procVersion: string): string[] {
  const own = kernels.find(({ release }) => release === running);
  if (own === undefined) return [];
  const newest = kernels.map(({ release }) => release).reduce((a, b) => (compareVersions(a, b) < 0 ? b : a));
  if (newest !== running) return [`kernel ${newest} is installed, and ${running} is running`];
  const started = / Debian (\S+) \(/.exec(procVersion)?.[1];
  if (started === undefined || compareVersions(started, own.version) >= 0) return [];
  return [`kernel ${running} is installed in version ${own.version}, and ${started} is running`];
}
