// `gutinteg fleet upgrade-agent` from the command to a real host with dpkg, which has the program from its real package: a good package, one
// whose program does not start, and one of another name.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCommand } from '../../lib/run-command.ts';
import { agentNeeds, makeFleetLab } from '../helpers/fleet-lab/fleet-lab.ts';
import type { LabHost } from '../helpers/fleet-lab/lab-host.ts';
import { buildDeb } from '../helpers/package-hosts/deb-package.ts';
import { makeDebRepository } from '../helpers/package-hosts/deb-repository.ts';

const PROGRAM = 'usr/lib/gutinteg-fleet/executor.mjs';

/** The real package as another version, with another executor if one is given. */
async function repack(deb: string, directory: string, { version, executor }: { version: string; executor?: string }) {
  const tree = join(directory, version);
  await runCommand(['dpkg-deb', '--raw-extract', deb, tree]);
  const control = await readFile(join(tree, 'DEBIAN/control'), 'utf8');
  await writeFile(join(tree, 'DEBIAN/control'), control.replace(/^Version: .*$/m, `Version: ${version}`));
  await writeFile(join(tree, 'usr/lib/gutinteg-fleet/VERSION'), `${version}\n`);
  if (executor !== undefined) await writeFile(join(tree, PROGRAM), executor);
  const file = join(directory, `gutinteg-fleet_${version}_amd64.deb`);
  await runCommand(['dpkg-deb', '--root-owner-group', '-Znone', '--build', tree, file]);
  return file;
}

test('a good program stays; the host goes back from a bad one, and the job says why', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await makeFleetLab(stack);
  const repository = await makeDebRepository(join(lab.directory, 'deb'), [
    { suite: 'stable', packages: [...agentNeeds.deb] },
  ]);
  const [host] = (await lab.addDpkgHosts({ names: ['debian1'], repository, install: [] })) as [LabHost];
  const enrolled = await lab.fleet('enrol', '--for-site', 'lab', '--approve', '--json');
  await host.enrol((JSON.parse(enrolled.stdout) as { token: string }).token);
  await host.agent(['accept-orders', '--key', (await lab.fleet('order-key')).stdout.trim()]);
  const versionNow = async () => (await host.run(['cat', '/usr/lib/gutinteg-fleet/VERSION'])).stdout.trim();

  /** The host comes, and carries out what it is told, until the command has ended. */
  async function upgrade(file: string) {
    const over = new AbortController();
    const words = ['upgrade-agent', file, '--all', '--yes', '--wait'] as const;
    const ended = lab.fleet(...words).finally(() => over.abort());
    while (!over.signal.aborted) {
      await host.checkIn();
      await host.agent(['run-orders', '--quiet']);
    }
    return ended;
  }

  const real = join(lab.directory, 'shared/gutinteg-fleet.deb');
  const good = await upgrade(await repack(real, lab.directory, { version: '30000101+1' }));
  assert.equal(good.exitCode, 0, good.stdout + good.stderr);
  assert.equal(await versionNow(), '30000101+1');

  const executor = 'throw new Error("made wrong");\n';
  const bad = await upgrade(await repack(real, lab.directory, { version: '30000101+2', executor }));
  assert.equal(bad.exitCode, 3, bad.stdout + bad.stderr);
  assert.equal(await versionNow(), '30000101+1');
  const { stdout } = await lab.fleet('job', '2', '--only', 'failed');
  assert.match(stdout.replaceAll(/\s+/g, ' '), /gutinteg-fleet: exit code 1.* its files are as they were before/);

  const other = await buildDeb({ name: 'lab-another', version: '1' }, lab.directory);
  const refused = await lab.fleet('upgrade-agent', other, '--all', '--yes');
  assert.equal(refused.exitCode, 2);
  assert.match(refused.stderr, /is a package lab-another, and not gutinteg-fleet; no job was made/);
});
