import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { parseEdge } from '../../lib/parse-edge.ts';
import type { Argv, RunCommand } from '../../lib/run-command.ts';
import { countPackages, prepareTree } from './prepare-tree.ts';
import { imageRecipeSchema } from '../recipe.ts';

const recipe = parseEdge(
  imageRecipeSchema,
  {
    os: 'debian',
    osrev: '12',
    arch: 'amd64',
    build: { mmdebstrap: { suite: 'bookworm' } },
    units: { enable: ['a.service', 'b.timer'], mask: ['c.service'] },
  },
  'recipe',
);

const FILES: Readonly<Record<string, string>> = {
  'boot/vmlinuz-1': 'kernel',
  'boot/initrd.img-1': 'initramfs',
  'etc/hostname': 'builder',
  'etc/passwd': 'root:x:0:0',
  'etc/passwd-': 'root:x:0:0',
  'etc/machine-id': 'uninitialized',
  'etc/resolv.conf': 'nameserver 192.0.2.1',
  'etc/ssh/ssh_host_rsa_key': 'secret',
  'etc/ssh/sshd_config': 'Port 22',
  'dev/null': 'not even a device',
  'run/lock/file': '',
  'var/log/apt/term.log': 'noise',
  'var/lib/dpkg/status': 'Package: a\nStatus: install ok installed\n\nPackage: b\nStatus: deinstall ok config-files\n',
};

async function makeTree(cleanup: AsyncDisposableStack): Promise<string> {
  const tree = await mkdtemp(join(tmpdir(), 'prepare-tree-'));
  cleanup.defer(() => rm(tree, { recursive: true }));
  for (const [path, text] of Object.entries(FILES)) {
    await mkdir(join(tree, dirname(path)), { recursive: true });
    await writeFile(join(tree, path), text);
  }
  await symlink('boot/vmlinuz-1', join(tree, 'vmlinuz'));
  await symlink('boot/initrd.img-1', join(tree, 'initrd.img'));
  await symlink('boot/initrd.img-1', join(tree, 'initrd.img.old'));
  return tree;
}

/** Remembers commands; runs none. */
function recorder(): { run: RunCommand; ran: Argv[] } {
  const ran: Argv[] = [];
  const run: RunCommand = async (argv) => {
    ran.push(argv);
    return { exitCode: 0, stdout: '', stderr: '' };
  };
  return { run, ran };
}

test('what belongs to one machine goes, the rest stays', async () => {
  await using cleanup = new AsyncDisposableStack();
  const tree = await makeTree(cleanup);
  const { run, ran } = recorder();
  await prepareTree(tree, recipe, run);
  assert.deepEqual(ran, [
    ['chroot', tree, 'systemctl', 'enable', 'a.service', 'b.timer'],
    ['chroot', tree, 'systemctl', 'mask', 'c.service'],
    ['chroot', tree, 'usermod', '--password', '*', 'root'],
  ]);
  assert.deepEqual((await readdir(join(tree, 'etc'))).sort(), ['machine-id', 'passwd', 'resolv.conf', 'ssh']);
  assert.deepEqual(await readdir(join(tree, 'etc/ssh')), ['sshd_config']);
  assert.equal(await readFile(join(tree, 'etc/machine-id'), 'utf8'), '');
  assert.equal(await readFile(join(tree, 'etc/resolv.conf'), 'utf8'), '');
  assert.equal((await stat(join(tree, 'etc/machine-id'))).mode & 0o777, 0o644);
  for (const folder of ['dev', 'run', 'var/log/apt']) assert.deepEqual(await readdir(join(tree, folder)), [], folder);
  assert.equal(await stat(join(tree, 'initrd.img.old')).catch(() => 'gone'), 'gone');
  assert.equal(await countPackages(tree), 1);
});

test('a resolv.conf that is a link out of the tree is replaced, not followed', async () => {
  await using cleanup = new AsyncDisposableStack();
  const tree = await makeTree(cleanup);
  const outside = join(await makeTree(cleanup), 'etc/resolv.conf');
  await rm(join(tree, 'etc/resolv.conf'));
  await symlink(outside, join(tree, 'etc/resolv.conf'));
  await prepareTree(tree, recipe, recorder().run);
  assert.equal(await readFile(outside, 'utf8'), FILES['etc/resolv.conf']);
  assert.equal(await readFile(join(tree, 'etc/resolv.conf'), 'utf8'), '');
});

for (const missing of ['vmlinuz', 'initrd.img', 'boot/vmlinuz-1']) {
  test(`an image without ${missing} is refused`, async () => {
    await using cleanup = new AsyncDisposableStack();
    const tree = await makeTree(cleanup);
    await rm(join(tree, missing));
    await assert.rejects(prepareTree(tree, recipe, recorder().run), /no machine could start from it/);
  });
}
