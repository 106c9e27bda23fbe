// A next generation of the small image, with Debian's other kernel. In: a run whose store is a copy. Out: an image, built
// and then published. Never: touches the store of other tests.
import assert from 'node:assert/strict';
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../lib/run-command.ts';
import { gutintegArgv } from '../../rehearse/gutinteg-argv.ts';
import type { InstallLab } from './run-install-test.ts';

/** The same recipe with Debian's kernel for virtual machines, built beside the machine's installation; a state directory. */
export async function buildNext({ machine, workDir, options }: InstallLab): Promise<string> {
  const { dir } = machine.site;
  const recipe = join(dir, 'images/debian-small.yaml');
  const text = await readFile(recipe, 'utf8');
  assert.match(text, /- linux-image-amd64\n/);
  await writeFile(recipe, text.replace('- linux-image-amd64\n', '- linux-image-cloud-amd64\n'));
  const stateDir = join(workDir, 'next');
  await mkdir(stateDir);
  await symlink(join(workDir, 'keys'), join(stateDir, 'keys'));
  await runCommand(gutintegArgv('image', 'build', 'debian-small', '--site', dir, '--state', stateDir), {
    signal: options.signal,
  });
  return stateDir;
}

/** Into the store of the run's server; the names last. */
export async function publishNext({ workDir }: InstallLab, stateDir: string): Promise<void> {
  for (const kind of ['packs', 'manifests', 'names']) {
    await cp(join(stateDir, 'store', kind), join(workDir, 'store', kind), { recursive: true });
  }
}
