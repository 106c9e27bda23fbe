// A database of dpkg with one package, which is installed here: programs are asked quickly, and nothing of this computer changes.
// In: a directory. Out: the environment by which dpkg and apt find it.
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../../lib/run-command.ts';

const INFO = '/var/lib/dpkg/info';

export async function makeSmallDpkg(directory: string): Promise<Readonly<Record<string, string>>> {
  const admin = join(directory, 'admin');
  for (const path of [
    'admin/info',
    'admin/updates',
    'lists/partial',
    'cache',
    'etc/sources',
    'etc/conf',
    'etc/preferences',
  ]) {
    mkdirSync(join(directory, path), { recursive: true });
  }
  const { stdout } = await runCommand(['dpkg', '--status', 'dpkg']);
  // Nothing that it depends on is here.
  const whole = stdout.replaceAll(/^(?:Pre-)?Depends: .*\n/gm, '');
  writeFileSync(join(admin, 'status'), `${whole}\n`);
  for (const name of readdirSync(INFO).filter((file) => file.startsWith('dpkg.'))) {
    copyFileSync(join(INFO, name), join(admin, 'info', name));
  }
  const configuration = join(directory, 'apt.conf');
  writeFileSync(
    configuration,
    [
      `Dir::State::status "${admin}/status";`,
      `Dir::State::lists "${directory}/lists";`,
      `Dir::State::extended_states "${directory}/extended_states";`,
      `Dir::Cache "${directory}/cache";`,
      `Dir::Etc "${directory}/etc";`,
      '',
    ].join('\n'),
  );
  return { DPKG_ADMINDIR: admin, APT_CONFIG: configuration };
}
