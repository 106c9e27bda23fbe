// From a machine's host key to known_hosts: the agent reports it to the real server, machdb exports it, OpenSSH reads it.
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCommand } from '../../lib/run-command.ts';
import { HOST, makeNightlyLab } from './nightly-lab.ts';

test("a machine's host key is reported, shown and exported", async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await makeNightlyLab(stack);
  const { siteDir, stateDir } = lab.site;
  const key = join(lab.root, 'etc/ssh/ssh_host_ed25519_key');
  await mkdir(join(lab.root, 'etc/ssh'));
  await runCommand(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'made by hand', '-f', key]);
  const [type, blob] = (await readFile(`${key}.pub`, 'utf8')).split(' ');
  const adopted = await lab.adopt();
  assert.equal(adopted.exitCode, 0, adopted.stderr);

  const { stdout: listed } = await runCommand(['ssh-keygen', '-l', '-f', key]);
  const fingerprint = /SHA256:\S+/.exec(listed)?.[0] ?? assert.fail(listed);
  const status = await lab.site.run('gutinteg', 'status', HOST, '--state', stateDir);
  assert.match(status.stdout, new RegExp(`^  host key: ssh-ed25519 ${RegExp.escape(fingerprint)}$`, 'm'));

  const file = join(siteDir, 'known_hosts');
  const words = ['export', 'known-hosts', '--state', stateDir, '--output', file];
  const exported = await lab.site.run('machdb', ...words);
  assert.equal(exported.exitCode, 0, exported.stderr);
  assert.match(exported.stderr, /lab01 and 4 more have reported no SSH host key: left out/);
  for (const name of [HOST, `${HOST}.lab.example`, '10.77.0.102']) {
    const { stdout } = await runCommand(['ssh-keygen', '-F', name, '-f', file]);
    assert.match(stdout, new RegExp(`\\n\\S+ ${type} ${RegExp.escape(blob ?? '')}\\n$`), name);
  }
  const other = await runCommand(['ssh-keygen', '-F', 'lab03', '-f', file], { okExitCodes: [1] });
  assert.equal(other.stdout, '');
  assert.equal((await lab.site.run('machdb', ...words)).stdout, '');

  // A key that somebody has broken keeps no run from its work, and is not passed on.
  await writeFile(`${key}.pub`, 'ssh-ed25519 AAAA*\n* ssh-ed25519 AAAA\n');
  assert.equal((await lab.agent([])).exitCode, 0);
  await lab.site.run('machdb', ...words);
  assert.match(await readFile(file, 'utf8'), /^#.*\n$/);
});

test('without a server there is nothing to export, and --state is for known-hosts alone', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await makeNightlyLab(stack);
  await lab.stopServer();
  const away = await lab.site.run('machdb', 'export', 'known-hosts', '--state', lab.site.stateDir);
  assert.equal(away.exitCode, 1);
  assert.match(away.stderr, /no gutinteg serve answers at/);
  const hosts = await lab.site.run('machdb', 'export', 'hosts', '--state', lab.site.stateDir);
  assert.equal(hosts.exitCode, 2);
  assert.match(hosts.stderr, /hosts asks no server: --state means nothing/);
});
