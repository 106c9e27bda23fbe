// The package for hosts that gutinteg did not install: built, read by dpkg, rpm and systemd, installed, and used on a host.
import assert from 'node:assert/strict';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCommand } from '../../lib/run-command.ts';
import { fleetUnits } from '../../netboot/agent/fleet-files.ts';
import { makeAgentLab } from '../helpers/agent-lab.ts';
import { makeDebRepository } from '../helpers/package-hosts/deb-repository.ts';
import { makeDpkgHost } from '../helpers/package-hosts/dpkg-host.ts';
import { agentBinds, publishFleetAgent } from '../helpers/publish-fleet-agent.ts';
import { makeSmallSite } from '../helpers/small-site.ts';

test('a package is installed with dpkg, and the host enrols and reports as a user without rights', async () => {
  await using stack = new AsyncDisposableStack();
  const site = await makeSmallSite(stack);
  const lab = await makeAgentLab(stack);
  await publishFleetAgent(site.stateDir);
  const files = ['fleet.deb', 'fleet.rpm', 'fleet.tar.zst'].map((name) => join(site.stateDir, name));
  for (const file of files) {
    // A state directory is enough.
    const from = ['--state', site.stateDir, '--site', join(site.stateDir, 'no-site')];
    const made = await site.run('gutinteg', 'fleet', 'agent-package', '--out', file, ...from);
    assert.equal(made.exitCode, 0, made.stderr);
  }
  const other = await site.run('gutinteg', 'fleet', 'agent-package', '--out', 'x.zip', '--state', site.stateDir);
  assert.match(other.stderr, /x\.zip ends in none of \.deb, \.rpm, \.tar\.zst/);
  assert.equal(other.exitCode, 2);
  const [deb = '', rpm = '', tar = ''] = files;
  const listed = await runCommand(['rpm', '-qp', '--list', rpm]);
  const inTar = await runCommand(['tar', '--zstd', '-tf', tar]);
  const directories = ['/usr/lib/gutinteg-fleet', '/usr/lib/gutinteg-fleet/lib'];
  assert.deepEqual(
    listed.stdout.trim().split('\n').sort(),
    inTar.stdout
      .trim()
      .split('\n')
      .map((path) => `/${path}`)
      .concat(directories)
      .sort(),
  );
  assert.match((await runCommand(['rpm', '-qp', '--scripts', rpm])).stdout, /useradd --system/);

  const packages = await makeDebRepository(join(site.stateDir, 'repository'), [
    { suite: 'stable', packages: [{ name: 'lab-tools', version: '1' }] },
  ]);
  const directory = join(site.stateDir, 'host');
  const install = ['lab-tools'];
  await using host = await makeDpkgHost({ directory, repository: packages, install, binds: agentBinds });
  const insideOf = (name: string): string => join(host.root, 'srv', name);
  copyFileSync(deb, insideOf('fleet.deb'));
  copyFileSync(lab.certificate, insideOf('certificate.pem'));
  writeFileSync(insideOf('token'), lab.token, { mode: 0o600 });
  await host.run(['dpkg', '--install', '--force-depends', '/srv/fleet.deb']);
  const user = (await host.run(['id', '-u', 'gutinteg-fleet'])).stdout.trim();
  assert.match(user, /^[1-9]\d*$/);
  const place = ['--server', lab.url, '--certificate', '/srv/certificate.pem', '--token-file', '/srv/token'];
  const enrolled = await host.run(['gutinteg-fleet', 'enrol', ...place, '--name', 'by-hand'], {
    okExitCodes: [0, 1, 2],
  });
  assert.match(enrolled.stdout + enrolled.stderr, /sent: facts\nsent: installed/);
  const owners = await host.run(['find', '/var/lib/gutinteg-fleet', '-printf', '%U %m %f\\n']);
  assert.match(owners.stdout, new RegExp(`^${user} 700 gutinteg-fleet$`, 'm'));
  assert.match(owners.stdout, new RegExp(`^${user} 600 key.pem$`, 'm'));
  assert.ok(
    owners.stdout
      .trim()
      .split('\n')
      .every((line) => line.startsWith(`${user} `)),
    owners.stdout,
  );
  // As cron starts it; nothing is due.
  const asUser = ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--clear-groups'] as const;
  const quiet = await host.run([...asUser, 'gutinteg-fleet', 'check-in', '--if-due']);
  assert.equal(quiet.stdout + quiet.stderr, '');
  assert.match((await host.run(['gutinteg-fleet', 'status'])).stdout, /version {3}0123456789abcdef\nlast try .* done/);
  const units = Object.keys(fleetUnits).map((unit) => `/usr/lib/systemd/system/${unit}`);
  const verified = await host.run(['systemd-analyze', 'verify', '--man=no', ...units]);
  assert.equal(verified.stderr, '');
  const rows = await lab.fleet.store.queries.selectFrom('hosts').select(['name', 'state']).execute();
  assert.deepEqual(
    rows.map(({ name, state }) => `${name} ${state}`),
    ['by-hand enrolled'],
  );
});
