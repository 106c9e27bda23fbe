// The package `ssh` of the example, as a machine gets it, read by OpenSSH itself. sshd is unpacked, not installed, and
// started for one connection over a pipe, in a mount namespace that has the account and the directory it wants.
import assert from 'node:assert/strict';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { renderRootKeys } from '../../installer/render/root-keys.ts';
import { architectures } from '../../lib/architecture.ts';
import { runCommand } from '../../lib/run-command.ts';
import { preprocess } from '../../packagelink/package/preprocess.ts';
import { unpackedPackage } from '../helpers/unpacked-package.ts';

const root = join(import.meta.dirname, '../..');
const tree = join(root, 'examples/lab/packages/ssh');
const server = await unpackedPackage('openssh-server', 'openssh-client');
const multiarch = Object.values(architectures).find(({ node }) => node === process.arch)?.multiarch ?? '';
const libraries = join(await unpackedPackage('libwrap0'), 'usr/lib', multiarch);
const dir = await mkdtemp(join(tmpdir(), 'login-ssh-'));
after(() => rm(dir, { recursive: true }));
const ENTER = `#!/bin/sh
set -e
mount --bind '${dir}/passwd' /etc/passwd
mount -t tmpfs none /run
mkdir /run/sshd
LD_LIBRARY_PATH='${libraries}' exec '${server}/usr/sbin/sshd' "$@"
`;
const keys = join(dir, 'keys');
const hostKey = join(keys, 'ssh_host_ed25519_key');

const sshd = join(dir, 'sshd');
await writeFile(
  join(dir, 'passwd'),
  `${await readFile('/etc/passwd', 'utf8')}sshd:x:99:65534::/run/sshd:/usr/sbin/nologin\n`,
);
await writeFile(join(dir, 'enter'), ENTER, { mode: 0o755 });
await writeFile(sshd, `#!/bin/sh\nexec unshare --mount '${dir}/enter' "$@"\n`, { mode: 0o755 });

const makeHostKey = () => runCommand([join(tree, 'usr/local/sbin/make-ssh-host-key'), keys]);

async function writeSettings(): Promise<string> {
  const template = await readFile(join(tree, 'etc/ssh/sshd_config.d/10-site.conf.plprocess'));
  const path = join(dir, 'sshd_config');
  await writeFile(path, preprocess(template, { SSH_HOST_KEYS: keys }, 'sshd_config'));
  return path;
}

suite('the host key', () => {
  test('is made once, and its public half again', async () => {
    await makeHostKey();
    const made = await readFile(hostKey, 'utf8');
    assert.equal((await stat(hostKey)).mode & 0o777, 0o600);
    assert.equal((await stat(keys)).mode & 0o777, 0o700);
    const { stdout } = await runCommand(['ssh-keygen', '-l', '-f', `${hostKey}.pub`]);
    assert.match(stdout, /^256 SHA256:\S+ .*\(ED25519\)\n$/);
    await rm(`${hostKey}.pub`);
    await makeHostKey();
    assert.equal(await readFile(hostKey, 'utf8'), made);
    assert.equal((await runCommand(['ssh-keygen', '-l', '-f', `${hostKey}.pub`])).stdout, stdout);
  });

  test('is made anew where a power cut has left an empty one, or a half-made one beside it', async () => {
    const before = await readFile(hostKey, 'utf8');
    await truncate(hostKey);
    await writeFile(`${hostKey}.new`, 'half');
    await makeHostKey();
    assert.notEqual(await readFile(hostKey, 'utf8'), before);
    await runCommand(['ssh-keygen', '-y', '-f', hostKey]);
  });

  test('is unlike that of another machine', async () => {
    const before = await readFile(`${hostKey}.pub`, 'utf8');
    await rm(keys, { recursive: true });
    await makeHostKey();
    assert.notEqual(await readFile(`${hostKey}.pub`, 'utf8'), before);
  });
});

suite('sshd', () => {
  test('takes the settings, and allows no password', async () => {
    const { stdout } = await runCommand([sshd, '-T', '-f', await writeSettings()]);
    const lines = stdout.split('\n');
    for (const line of [
      `hostkey ${hostKey}`,
      'permitrootlogin without-password',
      'passwordauthentication no',
      'kbdinteractiveauthentication no',
      'permitemptypasswords no',
      'pubkeyauthentication yes',
      'authorizedkeysfile .ssh/authorized_keys /etc/ssh/authorized_keys.d/%u',
    ]) {
      assert.ok(lines.includes(line), `${line}\n${stdout}`);
    }
    assert.equal(lines.filter((line) => line.startsWith('hostkey ')).length, 1);
  });

  test('lets in with a key of ROOT_KEYS, and with no other', async () => {
    const [ann, eve] = [join(dir, 'ann'), join(dir, 'eve')];
    for (const key of [ann, eve]) await runCommand(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', key]);
    const [file] = renderRootKeys({ ROOT_KEYS: (await readFile(`${ann}.pub`, 'utf8')).trim() });
    const authorized = join(dir, 'authorized_keys');
    await writeFile(authorized, file?.content ?? '', { mode: file?.mode ?? 0o644 });
    const settings = await writeSettings();
    await writeFile(join(dir, 'known_hosts'), `lab01 ${(await readFile(`${hostKey}.pub`, 'utf8')).trim()}\n`);
    // What differs from a machine: where the keys are, and no PAM, whose settings are not on this computer.
    const here = ['-o', `AuthorizedKeysFile=${authorized}`, '-o', 'UsePAM=no', '-o', 'StrictModes=no'];
    const proxy = [sshd, '-i', '-e', '-f', settings, ...here].join(' ');
    const login = (key: string) =>
      runCommand(
        [
          'ssh',
          '-F',
          'none',
          '-i',
          key,
          '-o',
          'IdentitiesOnly=yes',
          '-o',
          'BatchMode=yes',
          '-o',
          `ProxyCommand=${proxy}`,
        ]
          .concat(['-o', `UserKnownHostsFile=${join(dir, 'known_hosts')}`, '-o', 'StrictHostKeyChecking=yes'])
          .concat(['-o', 'IdentityAgent=none', 'root@lab01', 'echo let in']) as ['ssh', ...string[]],
        { okExitCodes: [0, 255], timeoutMs: 30_000 },
      );
    const [good, bad] = [await login(ann), await login(eve)];
    assert.equal(good.stdout, 'let in\n', good.stderr);
    assert.equal(bad.exitCode, 255);
    assert.match(bad.stderr, /Permission denied/);
  });
});

test('units are sound', async () => {
  const units = join(dir, 'units');
  await cp(join(tree, 'etc/systemd/system'), units, { recursive: true });
  const unit = join(units, 'ssh-host-keys.service');
  const text = preprocess(await readFile(`${unit}.plprocess`), { SSH_HOST_KEYS: '/srv/keys' }, unit);
  const script = join(dir, 'make-ssh-host-key');
  await mkdir(dir, { recursive: true });
  await cp(join(tree, 'usr/local/sbin/make-ssh-host-key'), script);
  await chmod(script, 0o755);
  await writeFile(unit, Buffer.from(text).toString().replace('/usr/local/sbin/make-ssh-host-key', script));
  const { stderr } = await runCommand(['systemd-analyze', 'verify', '--man=no', unit]);
  assert.doesNotMatch(stderr, /ssh-host-keys/);
});
