// The example's packages about accounts, time, language and apt, laid down by packagelink and read by the programs that
// they are for, on a directory in the place of /etc.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { suite, test } from 'node:test';
import { renderAccounts } from '../../installer/render/accounts.ts';
import { runCommand } from '../../lib/run-command.ts';
import { inOwnEtc } from '../helpers/in-own-etc.ts';
import { unpackedPackage } from '../helpers/unpacked-package.ts';

const root = join(import.meta.dirname, '../..');

/** A directory with the files of a package, as a machine with these variables gets them. */
async function lay(stack: AsyncDisposableStack, name: string, defines: Readonly<Record<string, string>> = {}) {
  const target = await mkdtemp(join(tmpdir(), 'login-packages-'));
  stack.defer(() => rm(target, { recursive: true }));
  const words = Object.entries(defines).map(([variable, value]) => `-D${variable}=${value}`);
  const tree = join(root, 'examples/lab/packages', name);
  await runCommand([join(root, 'bin/packagelink'), '--target', target, ...words, tree]);
  return { target, etc: join(target, 'etc'), script: (file: string) => join(target, 'usr/local/sbin', file) };
}

async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

suite('time', () => {
  test('programs see the zone of the record', async () => {
    await using stack = new AsyncDisposableStack();
    const { etc, script } = await lay(stack, 'time', { TIMEZONE: 'Asia/Kolkata', NTP: '10.77.0.1 ntp.lab.example' });
    const applied = await inOwnEtc(etc, [script('apply-time-zone')]);
    assert.equal(applied.exitCode, 0, applied.stderr);
    assert.equal(await readlink(join(etc, 'localtime')), '/usr/share/zoneinfo/Asia/Kolkata');
    assert.equal((await inOwnEtc(etc, ['date', '+%Z %z'])).stdout, 'IST +0530\n');
    const timesyncd = join(etc, 'systemd/timesyncd.conf.d/site.conf');
    assert.match(await readFile(timesyncd, 'utf8'), /^\[Time\]\n#.*\nNTP=10\.77\.0\.1 ntp\.lab\.example\n$/);
  });

  test('an heir that empties the zone has UTC', async () => {
    await using stack = new AsyncDisposableStack();
    const { etc, script } = await lay(stack, 'time', { TIMEZONE: '', NTP: '' });
    const applied = await inOwnEtc(etc, [script('apply-time-zone')]);
    assert.equal(applied.exitCode, 0, applied.stderr);
    assert.equal(await readlink(join(etc, 'localtime')), '/usr/share/zoneinfo/Etc/UTC');
  });

  test('a zone that is not on the machine is said, and changes nothing', async () => {
    await using stack = new AsyncDisposableStack();
    const { etc, script } = await lay(stack, 'time', { TIMEZONE: 'Asia/Nowhere', NTP: '' });
    const applied = await inOwnEtc(etc, [script('apply-time-zone')]);
    assert.equal(applied.exitCode, 1);
    assert.match(applied.stderr, /there is no \/usr\/share\/zoneinfo\/Asia\/Nowhere: is TIMEZONE such as/);
    await assert.rejects(readlink(join(etc, 'localtime')));
  });
});

suite('locale', () => {
  test('C.UTF-8 needs nothing, and programs use it', async () => {
    await using stack = new AsyncDisposableStack();
    const { etc, script } = await lay(stack, 'locale', { LOCALE: 'C.UTF-8', KEYBOARD: 'de' });
    assert.equal((await inOwnEtc(etc, [script('apply-locale')])).exitCode, 0);
    const source =
      '. /etc/default/locale; . /etc/default/keyboard; export LANG; unset LC_ALL; locale charmap; echo $XKBLAYOUT';
    assert.equal((await inOwnEtc(etc, ['sh', '-c', source])).stdout, 'UTF-8\nde\n');
  });

  test('no LOCALE needs nothing either', async () => {
    await using stack = new AsyncDisposableStack();
    const { etc, script } = await lay(stack, 'locale', { LOCALE: '', KEYBOARD: '' });
    const applied = await inOwnEtc(etc, ['env', 'PATH=/nonexistent', '/bin/sh', script('apply-locale')]);
    assert.equal(applied.exitCode, 0, applied.stderr);
  });

  test('another one without locale-gen names what is missing', async () => {
    await using stack = new AsyncDisposableStack();
    const { etc, script } = await lay(stack, 'locale', { LOCALE: 'de_DE.UTF-8', KEYBOARD: 'us' });
    assert.match(await readFile(join(etc, 'locale.gen'), 'utf8'), /^de_DE\.UTF-8 UTF-8$/m);
    const applied = await inOwnEtc(etc, ['env', 'PATH=/nonexistent', '/bin/sh', script('apply-locale')]);
    assert.equal(applied.exitCode, 1);
    assert.match(applied.stderr, /LOCALE=de_DE\.UTF-8 cannot be made: add locales to include:/);
  });
});

suite('apt', () => {
  test('takes the proxy', async () => {
    await using stack = new AsyncDisposableStack();
    const { etc } = await lay(stack, 'apt-proxy', { APT_PROXY: 'http://10.77.0.1:3128' });
    const { stdout } = await inOwnEtc(etc, ['apt-config', 'dump']);
    assert.match(stdout, /^Acquire::http::Proxy "http:\/\/10\.77\.0\.1:3128";$/m);
    assert.match(stdout, /^Acquire::https::Proxy "http:\/\/10\.77\.0\.1:3128";$/m);
  });

  test('takes the sources', async () => {
    await using stack = new AsyncDisposableStack();
    const defines = {
      APT_MIRROR: 'http://10.77.0.1/debian',
      APT_SECURITY: 'http://10.77.0.1/security',
      APT_SUITE: 'bookworm',
    };
    const { etc } = await lay(stack, 'apt-sources', defines);
    const { stdout } = await inOwnEtc(etc, ['apt-get', 'update', '--print-uris']);
    assert.deepEqual(
      stdout.match(/^'[^']*InRelease'/gm),
      ['debian/dists/bookworm', 'debian/dists/bookworm-updates', 'security/dists/bookworm-security'].map(
        (path) => `'http://10.77.0.1/${path}/InRelease'`,
      ),
    );
  });
});

suite('users', () => {
  const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJkqdb3aSmsQgAaJ0vH9W87XIUoA4rGvgdnyKvP6lGg';
  const record = { USERS: 'ann bob', USER_ann_UID: '1001', USER_ann_NAME: 'Ann Lovelace', USER_ann_GROUPS: 'sudo' };

  test('systemd makes the accounts and homes, and leaves a home that is there', async () => {
    await using stack = new AsyncDisposableStack();
    const { target } = await lay(stack, 'users');
    await put(join(target, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
    await put(join(target, 'etc/group'), 'root:x:0:\nsudo:x:27:\n');
    await put(join(target, 'home/bob/kept'), 'kept\n');
    const more = { USER_bob_UID: '1002', USER_bob_SHELL: '/bin/sh', USER_ann_KEYS: `${KEY} ann@desk` };
    for (const { path, content } of renderAccounts({ ...record, ...more })) await put(join(target, path), content);
    const own = 'gutinteg-users.conf';
    await runCommand(['systemd-sysusers', `--root=${target}`, own]);
    await runCommand(['systemd-tmpfiles', `--root=${target}`, '--create', own]);
    const passwd = (await readFile(join(target, 'etc/passwd'), 'utf8')).split('\n');
    assert.ok(passwd.includes('ann:x:1001:1001:Ann Lovelace:/home/ann:/bin/bash'), passwd.join('\n'));
    assert.ok(passwd.includes('bob:x:1002:1002::/home/bob:/bin/sh'), passwd.join('\n'));
    assert.match(await readFile(join(target, 'etc/group'), 'utf8'), /^sudo:x:27:ann$/m);
    assert.match(await readFile(join(target, 'etc/shadow'), 'utf8'), /^ann:!\*?:/m);
    const home = await stat(join(target, 'home/ann'));
    assert.deepEqual([home.uid, home.gid, home.mode & 0o777], [1001, 1001, 0o700]);
    assert.equal(await readFile(join(target, 'home/bob/kept'), 'utf8'), 'kept\n');
    const listed = await runCommand(['ssh-keygen', '-l', '-f', join(target, 'etc/ssh/authorized_keys.d/ann')]);
    assert.match(listed.stdout, /^256 SHA256:\S+ ann@desk \(ED25519\)\n$/);
  });

  test('sudo takes its rule', async () => {
    await using stack = new AsyncDisposableStack();
    const { etc } = await lay(stack, 'users');
    const rule = join(etc, 'sudoers.d/site');
    assert.equal((await stat(rule)).mode & 0o777, 0o440);
    const sudo = await unpackedPackage('sudo');
    const { stdout } = await runCommand([join(sudo, 'usr/sbin/visudo'), '--check', '--file', rule], {
      env: { LD_LIBRARY_PATH: join(sudo, 'usr/libexec/sudo') },
    });
    assert.match(stdout, /parsed OK/);
  });
});

suite('root-password', () => {
  /** The line of root in shadow, after the package was laid down with a hash where another one was before. */
  async function shadowWith(hash: string): Promise<string> {
    await using stack = new AsyncDisposableStack();
    const { etc, script } = await lay(stack, 'root-password', { ROOT_PASSWORD_HASH: hash });
    assert.equal((await stat(join(etc, 'root-password'))).mode & 0o777, 0o600);
    await put(join(etc, 'passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
    await put(join(etc, 'group'), 'root:x:0:\n');
    await put(join(etc, 'shadow'), 'root:$6$old:19000:0:99999:7:::\n');
    const applied = await inOwnEtc(etc, [script('apply-root-password')]);
    assert.equal(applied.exitCode, 0, applied.stderr);
    return await readFile(join(etc, 'shadow'), 'utf8');
  }

  test('the hash gets into shadow', async () => {
    // Of the password "secret".
    const hash = '$y$j9T$abcdefghijklmnop$3dL1LkYnZM.OVXuVdnnaKVDlLYT92dRwOzDZ5XiVCe.';
    assert.ok((await shadowWith(hash)).startsWith(`root:${hash}:`));
  });

  test('an empty one lets in with no password, not with an empty one', async () => {
    assert.match(await shadowWith(''), /^root:\*:/);
  });
});
