// `gutinteg adopt` on a machine that was installed by hand, with the real server and the real agent.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { HOST, MAC, makeNightlyLab } from './nightly-lab.ts';

const fingerprint = (root: string): string =>
  execFileSync('find', [root, '-path', join(root, 'run'), '-prune', '-o', '-printf', '%P %y %m %s %i %T@ %C@ %l\\n'], {
    encoding: 'utf8',
  });
const OTHER_KEY = `SHA256:${'A'.repeat(43)}`;

test('nothing is believed or written before fingerprint, consent and token are right', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await makeNightlyLab(stack);
  const { token, fingerprints } = await lab.control.claim(HOST);
  const key = fingerprints[0] ?? assert.fail();
  const pem = join(lab.site.stateDir, 'keys/site.pub');
  const der = execFileSync('openssl', ['pkey', '-pubin', '-in', pem, '-outform', 'DER']);
  const digest = execFileSync('openssl', ['dgst', '-sha256', '-binary'], { input: der });
  assert.equal(key, `SHA256:${digest.toString('base64').replaceAll('=', '')}`);

  const before = fingerprint(lab.root);
  const words = (by: string, ...more: string[]) => ['adopt', '--server', lab.url, '--key', by, '--mac', MAC, ...more];
  const cases: readonly [string[], string, number, RegExp][] = [
    [words(OTHER_KEY), '', 2, /does not have the key SHA256:AAAA.*it offers SHA256:.*Nothing was changed/s],
    [words('SHA256:short'), '', 2, /not a fingerprint/],
    [words(key, '--dry-run'), '', 3, /replaced \/etc\/issue: was there before base, with other content/],
    [words(key), 'lab03\n', 2, /'lab03' is not lab02; nothing was changed/],
    [words(key), '', 2, /no answer; nothing was changed/],
    [words(key), `${HOST}\n${'0'.repeat(64)}\n`, 1, /one-time token is unknown, used or too old/],
    [words(key), `${HOST}\nrubbish\n`, 2, /not the token that gutinteg claim printed/],
    [['adopt', '--server', lab.url, '--key', key, '--mac', '52:54:00:77:00:99'], '', 2, /no machine in the database/],
    [
      ['adopt', '--server', lab.url, '--key', key, '--mac', '52:54:00:77:00:03'],
      `lab03\n${token}\n`,
      1,
      /token is for lab02/,
    ],
    [[], '', 2, /neither installed nor adopted this machine/],
  ];
  for (const [argv, stdin, code, said] of cases) {
    const { exitCode, stdout, stderr } = await lab.agent(argv, stdin);
    assert.match(stdout + stderr, said, argv.join(' '));
    assert.equal(exitCode, code, `${argv.join(' ')}: ${stdout}${stderr}`);
    assert.equal(fingerprint(lab.root), before, argv.join(' '));
  }
  // None of this has burnt the token.
  const adopted = await lab.agent(words(key, '--yes'), `${token}\n`);
  assert.equal(adopted.exitCode, 0, adopted.stdout + adopted.stderr);
  const again = await lab.agent(words(key), `${HOST}\n${token}\n`);
  assert.match(again.stderr, /has been installed or adopted already/);
});

test('an adopted machine is as described, but for its disks and what is its own', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await makeNightlyLab(stack);
  assert.equal((await lab.control.claim(HOST)).name, HOST);
  const { exitCode, stdout, stderr } = await lab.adopt();
  assert.equal(exitCode, 0, stdout + stderr);
  assert.match(stdout, /disks and boot loader are left to this machine/);
  assert.equal(await lab.text('etc/hostname'), `${HOST}\n`);
  assert.match(await lab.text('etc/issue'), /lab/i);
  assert.equal(await lab.text('etc/fstab'), 'UUID=by-hand / ext4 defaults 0 1\n');
  assert.equal(await lab.text('etc/default/grub.d/gutinteg.cfg'), 'GRUB_CMDLINE_LINUX="by hand"\n');

  const state = join(lab.root, 'var/lib/gutinteg');
  assert.equal('layout' in (JSON.parse(await lab.text('var/lib/gutinteg/machine.json')) as object), false);
  const modes = ['token', 'lookup.json', 'machine.json', 'keys/0.pub'].map(
    (name) => statSync(join(state, name)).mode & 0o777,
  );
  assert.deepEqual(modes, [0o600, 0o600, 0o644, 0o644]);
  assert(readdirSync(join(state, 'manifests')).length >= 3);
  // What was there first is kept.
  const kept = execFileSync('grep', ['-rlx', 'by hand', state], { encoding: 'utf8' }).trim().split('\n');
  assert.equal(kept.length, 1, kept.join());

  const status = await lab.control.status(HOST);
  assert.equal(status.state, 'installed');
  assert.equal(status.lastReport?.report.run, 'adopted');
  assert(status.timeline.some(({ text }) => text.startsWith('adopted by the system that calls itself')));
  const next = await lab.agent([]);
  assert.match(next.stdout, /^0 paths changed/m);
  assert.equal(next.exitCode, 0, next.stdout + next.stderr);
  assert.equal((await lab.control.status(HOST)).lastReport?.report.run, 'partial');
});

test('a machine that is to be installed cannot be claimed, and one that is claimed and then armed cannot be adopted', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await makeNightlyLab(stack);
  const { token, fingerprints } = await lab.control.claim(HOST);
  await lab.control.arm(HOST);
  await assert.rejects(lab.control.claim(HOST), /lab02 is armed: it is to be installed, and cannot be adopted/);
  const words = ['adopt', '--server', lab.url, '--key', fingerprints[0] ?? '', '--mac', MAC];
  const refused = await lab.agent(words, `${HOST}\n${token}\n`);
  assert.match(refused.stderr, /is armed/);
  assert.equal(existsSync(join(lab.root, 'var/lib/gutinteg/machine.json')), false);
  await assert.rejects(lab.control.claim('nobody'), /no such machine/);
});
