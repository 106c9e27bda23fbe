import { access, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../lib/run-command.ts';

const peers = join(import.meta.dirname, '../../.state/peers');

/**
 * The directory of a Debian package that is unpacked, not installed: its daemon is never started on this host. Where its
 * libraries come from `libraries`, which is installed, it is fetched in that package's version, and else in the newest.
 */
export async function unpackedPackage(name: string, libraries?: string): Promise<string> {
  const version = libraries === undefined ? await newestVersion(name) : await installedVersion(libraries);
  const dir = join(peers, `${name}_${version.replaceAll(':', '%3a')}`);
  if (await exists(dir)) return dir;
  await mkdir(peers, { recursive: true });
  const work = await mkdtemp(join(peers, '.unpacking-'));
  try {
    await runCommand(['apt-get', 'download', `${name}=${version}`], { cwd: work });
    const [file = ''] = await readdir(work);
    await runCommand(['dpkg-deb', '-x', join(work, file), join(work, 'root')]);
    await rename(join(work, 'root'), dir);
  } finally {
    await rm(work, { recursive: true });
  }
  return dir;
}

async function installedVersion(name: string): Promise<string> {
  return (await runCommand(['dpkg-query', '-W', '-f', '${Version}', name])).stdout;
}

async function newestVersion(name: string): Promise<string> {
  const { stdout } = await runCommand(['apt-cache', 'policy', name]);
  return /^ {2}Candidate: (\S+)$/m.exec(stdout)?.[1] ?? '';
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
