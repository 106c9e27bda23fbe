// A host of the demo: a root in memory with this computer's programs, and a dpkg and an apt of its own. In: a repository, the program of
// the fleet. Out: programs that run inside. Needs the demo's namespaces, and no rights outside of them.
import { cp, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../lib/run-command.ts';
import type { RunCommand } from '../../lib/run-command.ts';

export type DemoHost = { readonly name: string; readonly root: string; readonly run: RunCommand };

type DemoHostOptions = {
  readonly directory: string;
  readonly name: string;
  /** Directories of this computer that are seen inside, by their path there. */
  readonly binds: Readonly<Record<string, string>>;
  /** Lines of sources.list. */
  readonly sources: readonly string[];
};

const EMPTY =
  'dev proc tmp run root srv usr/share etc/apt/apt.conf.d etc/apt/preferences.d etc/apt/sources.list.d etc/dpkg ' +
  'var/lib/dpkg/info var/lib/dpkg/updates var/lib/dpkg/triggers var/lib/apt/lists/partial ' +
  'var/cache/apt/archives/partial var/log/apt';

export async function makeDemoHost({ directory, name, binds, sources }: DemoHostOptions): Promise<DemoHost> {
  const root = join(directory, name);
  await mkdir(root);
  for (const path of EMPTY.split(' ')) await mkdir(join(root, path), { recursive: true });
  await addSystem(root);
  await addEtc(root, sources);
  await writeFile(join(root, 'var/lib/dpkg/status'), '');
  for (const [inside, outside] of Object.entries(binds)) await bind(outside, join(root, inside));
  await bind('/dev', join(root, 'dev'));
  await runCommand(['mount', '-t', 'proc', 'proc', join(root, 'proc')]);
  const env = { PATH: '/opt/gutinteg-fleet:/usr/sbin:/usr/bin:/sbin:/bin', GUTINTEG_FLEET_LIB: '/opt/gutinteg-fleet' };
  return { name, root, run: (argv, options) => runCommand(['chroot', root, ...argv], { env, ...options }) };
}

async function bind(outside: string, inside: string): Promise<void> {
  await mkdir(inside, { recursive: true });
  await runCommand(['mount', '--rbind', outside, inside]);
}

/** All of /usr but `share`, where the demo's packages put their files: only root could write this computer's. */
async function addSystem(root: string): Promise<void> {
  for (const entry of await readdir('/usr')) {
    if (entry !== 'share') await bind(join('/usr', entry), join(root, 'usr', entry));
  }
  // Names of architectures, which dpkg cannot do without.
  await cp('/usr/share/dpkg', join(root, 'usr/share/dpkg'), { recursive: true });
  const top = await readdir('/', { withFileTypes: true });
  for (const { name } of top.filter((entry) => entry.isSymbolicLink() && /^(?:s?bin|lib.*)$/.test(entry.name)))
    await symlink(`usr/${name}`, join(root, name));
}

async function addEtc(root: string, sources: readonly string[]): Promise<void> {
  const etc = join(root, 'etc');
  await cp('/etc/ld.so.cache', join(etc, 'ld.so.cache'));
  await writeFile(join(etc, 'hosts'), '127.0.0.1 localhost\n');
  await symlink('../usr/lib/os-release', join(etc, 'os-release'));
  await writeFile(join(etc, 'apt/sources.list'), sources.map((line) => `${line}\n`).join(''));
  // Here is nobody but root: files could be given to nobody else.
  await writeFile(join(etc, 'passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
  await writeFile(join(etc, 'group'), 'root:x:0:\n');
  await writeFile(join(etc, 'apt/apt.conf.d/90demo'), 'APT::Sandbox::User "root";\n');
  await writeFile(join(etc, 'dpkg/dpkg.cfg'), 'log /var/log/dpkg.log\n');
}
