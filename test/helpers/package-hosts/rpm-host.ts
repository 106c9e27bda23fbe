// A host with rpm and dnf, and an empty database of its own.
import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises';
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
export async function updateLists(host: OverlayRoot): Promise<void> {
  await host.run(['dnf', '--quiet', 'makecache', '--refresh']);
}

async function emptyDatabases(root: string): Promise<void> {
  for (const path of ['/var/lib/dpkg', '/var/lib/rpm', '/var/lib/dnf', '/var/cache/dnf', '/etc/yum.repos.d']) {
    await rm(join(root, path), { recursive: true, force: true });
  }
  for (const path of [
    '/var/lib/rpm',
    '/var/lib/dnf',
    '/var/cache/dnf',
    '/etc/yum.repos.d',
    '/etc/rpm',
    '/etc/dnf/vars',
    '/etc/dnf/plugins',
  ])
    await mkdir(join(root, path), { recursive: true, mode: 0o755 });
  // Debian's rpm has a database for each user unless it is told.
  await appendFile(join(root, 'etc/rpm/macros'), '%_dbpath /var/lib/rpm\n');
  await writeFile(join(root, 'etc/dnf/vars/releasever'), '1\n');
  const repository = { name: 'lab', baseurl: `file://${REPOSITORY}`, gpgcheck: '0' };
  const lines = Object.entries(repository).map(([key, value]) => `${key}=${value}\n`);
  await writeFile(join(root, 'etc/yum.repos.d/lab.repo'), `[lab]\n${lines.join('')}`);
}
