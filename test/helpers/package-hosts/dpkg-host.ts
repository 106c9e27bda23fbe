// A host with dpkg and apt, and an empty database of its own.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DebRepository } from './deb-repository.ts';
import { mountOverlayRoot } from './overlay-root.ts';
import type { OverlayRoot, OverlayRootOptions } from './overlay-root.ts';

/** Where the repository is seen inside. */
const REPOSITORY = '/srv/packages';

/**
 * A host whose apt knows the repository, has its lists, and has installed the packages named: `['lab-tools', 'lab-base=1']`.
 * Its architectures are amd64 and i386. Takes about 0.2 s, and 0.6 s with packages; for many that are alike, `clone` the first.
 * Dispose of it at the end.
 */
export async function makeDpkgHost(
  options: OverlayRootOptions & { readonly repository: DebRepository; readonly install?: readonly string[] },
): Promise<OverlayRoot> {
  const { repository, install = [] } = options;
  const host = await mountOverlayRoot({ ...options, binds: { [REPOSITORY]: repository.directory, ...options.binds } });
  try {
    await emptyDatabases(host.root);
    await writeSources(host.root, repository.suites);
    await updateLists(host);
    if (install.length > 0)
      await host.run(['apt-get', '-qq', '-y', '--allow-downgrades', 'install', ...install], NONINTERACTIVE);
  } catch (error) {
    await host[Symbol.asyncDispose]();
    throw error;
  }
  return host;
}

const NONINTERACTIVE = { env: { DEBIAN_FRONTEND: 'noninteractive' } };

/** `apt-get update`, after the repository has changed. */
export async function updateLists(host: Pick<OverlayRoot, 'run'>): Promise<void> {
  await host.run(['apt-get', '-qq', 'update']);
}

const DIRECTORIES = [
  '/var/lib/dpkg/info',
  '/var/lib/dpkg/updates',
  '/var/lib/dpkg/triggers',
  '/var/lib/apt/lists/partial',
  '/var/cache/apt/archives/partial',
  '/etc/apt/apt.conf.d',
  '/etc/apt/preferences.d',
  '/etc/apt/sources.list.d',
];

async function emptyDatabases(root: string): Promise<void> {
  for (const path of ['/var/lib/dpkg', '/var/lib/apt', '/var/cache/apt', '/etc/apt'])
    await rm(join(root, path), { recursive: true, force: true });
  for (const path of DIRECTORIES) await mkdir(join(root, path), { recursive: true, mode: 0o755 });
  await writeFile(join(root, 'var/lib/dpkg/status'), '');
  await writeFile(join(root, 'var/lib/dpkg/available'), '');
  await writeFile(join(root, 'var/lib/dpkg/arch'), 'amd64\ni386\n');
}

async function writeSources(root: string, suites: readonly string[]): Promise<void> {
  const line = (suite: string): string => `deb [signed-by=${REPOSITORY}/lab.gpg] copy:${REPOSITORY} ${suite}/\n`;
  await writeFile(join(root, 'etc/apt/sources.list'), suites.map(line).join(''));
}
