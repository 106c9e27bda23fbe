// A further repository of each package system, signed, for the hosts of fleet-jobs-hosts.test.ts. In: a directory that hosts see. Out: files
// that `gutinteg fleet sources set` takes.
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../lib/run-command.ts';
import { makeDebRepository } from '../helpers/package-hosts/deb-repository.ts';
import { buildRpm } from '../helpers/package-hosts/rpm-package.ts';
import { makeRpmRepository } from '../helpers/package-hosts/rpm-repository.ts';

export type ExtraSources = {
  /** For apt and for dnf. */
  readonly files: readonly [deb: string, rpm: string];
  readonly key: string;
};

/** @param outside is `/srv/fleet` on the hosts */
export async function makeExtraSources(
  outside: string,
  name: string,
  versions: readonly string[],
): Promise<ExtraSources> {
  const [debs, rpms] = [join(outside, 'extra-debs'), join(outside, 'extra-rpms')];
  const packages = versions.map((version) => ({ name, version }));
  await makeDebRepository(debs, [{ suite: 'stable', packages }]);
  const home = join(debs, '.key');
  await mkdir(rpms);
  for (const each of packages) await buildRpm(each, rpms);
  for (const file of await readdir(rpms)) await signRpm(join(rpms, file), home);
  await makeRpmRepository(rpms, []);
  const write = async (file: string, text: string): Promise<string> => {
    await writeFile(join(outside, file), text);
    return join(outside, file);
  };
  return {
    files: [
      await write('extra.sources', 'Types: deb\nURIs: copy:/srv/fleet/extra-debs\nSuites: stable/\n'),
      await write('extra.repo', '[extra]\nname=extra\nbaseurl=file:///srv/fleet/extra-rpms\ngpgcheck=1\n'),
    ],
    key: await write('extra.asc', (await runCommand(['gpg', '--homedir', home, '--armor', '--export'])).stdout),
  };
}

async function signRpm(file: string, home: string): Promise<void> {
  const macros = { _gpg_name: 'lab@example.test', _gpg_path: home, __gpg: '/usr/bin/gpg' };
  const defines = Object.entries(macros).flatMap(([macro, value]) => ['--define', `${macro} ${value}`]);
  await runCommand(['rpmsign', ...defines, '--resign', file]);
  await runCommand(['gpgconf', '--homedir', home, '--kill', 'all']);
}
