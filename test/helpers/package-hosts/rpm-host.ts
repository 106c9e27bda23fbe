// A host with rpm and dnf, and an empty database of its own.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mountOverlayRoot } from './overlay-root.ts';
import type { OverlayRoot, OverlayRootOptions } from './overlay-root.ts';
import type { RpmRepository } from './rpm-repository.ts';

/** Where the repository is seen inside. */
const REPOSITORY = '/srv/packages';

/**
 * A host whose dnf knows the repository as `lab`, has its lists, and has installed the packages named: `['lab-base-1.0']`.
 * Takes about 1 s. Dispose of it at the end.
 */
export async function makeRpmHost(
  options: OverlayRootOptions & { readonly repository: RpmRepository; readonly install?: readonly string[] },
): Promise<OverlayRoot> {
  const { repository, install = [] } = options;
  const host = await mountOverlayRoot({ ...options, binds: { [REPOSITORY]: repository.directory, ...options.binds } });
  try {
    await emptyDatabases(host.root);
    if (install.length > 0) await host.run(['dnf', '--quiet', '--assumeyes', 'install', ...install]);
    else await updateLists(host);
  } catch (error) {
    await host[Symbol.asyncDispose]();
    throw error;
  }
  return host;
}

/** `dnf makecache`, after the repository has changed. */
export async function updateLists(host: Pick<OverlayRoot, 'run'>): Promise<void> {
  await host.run(['dnf', '--quiet', 'makecache', '--refresh']);
}

const DIRECTORIES = ['/var/lib/rpm', '/var/lib/dnf', '/var/cache/dnf', '/etc/yum.repos.d', '/etc/rpm', '/etc/dnf'];

/** Nothing of this computer's own settings and plugins, nor of its dpkg, is left. */
async function emptyDatabases(root: string): Promise<void> {
  for (const path of ['/var/lib/dpkg', ...DIRECTORIES]) await rm(join(root, path), { recursive: true, force: true });
  for (const path of [...DIRECTORIES, '/etc/dnf/vars', '/etc/dnf/plugins'])
    await mkdir(join(root, path), { recursive: true, mode: 0o755 });
  const files = {
    // Debian's rpm has a database for each user unless it is told.
    '/etc/rpm/macros': '%_dbpath /var/lib/rpm\n',
    '/etc/dnf/vars/releasever': '1\n',
    // As Fedora has it.
    '/etc/dnf/dnf.conf': '[main]\ngpgcheck=True\nbest=False\nskip_if_unavailable=True\n',
    // Debian's dnf-plugins-core would copy every package that it sees.
    '/etc/dnf/plugins/local.conf': '[main]\nenabled=0\n',
    '/etc/yum.repos.d/lab.repo': `[lab]\nname=lab\nbaseurl=file://${REPOSITORY}\ngpgcheck=0\n`,
  };
  for (const [path, text] of Object.entries(files)) await writeFile(join(root, path), text);
}
