import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { runCommand } from '../../lib/run-command.ts';
import { readBootFacts } from './read-boot-facts.ts';

async function withRoot(
  check: (root: string, put: (path: string, text: string) => void) => Promise<void>,
): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'gutinteg-boot-'));
  try {
    await check(root, (path, text) => {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    });
  } finally {
    rmSync(root, { recursive: true });
  }
}

test('menus of every kind are found, and kernel files that hold something', async () => {
  await withRoot(async (root, put) => {
    const paths = [
      'boot/grub/custom.cfg',
      'boot/grub/grub.cfg',
      'boot/grub2/grub.cfg',
      'boot/extlinux/extlinux.conf',
      'boot/loader/gutinteg.conf',
      'boot/loader/entries/one.conf',
      'boot/efi/EFI/debian/grub.cfg',
    ];
    for (const path of [...paths, 'boot/loader/entries/README', 'boot/grub/grubenv', 'boot/vmlinuz-6.1'])
      put(path, path);
    put('boot/vmlinuz-6.2', '');
    const facts = await readBootFacts(root);
    assert.deepEqual(
      facts.menus.map(({ path, text }) => [path, text]),
      paths.map((path) => [path, path]),
    );
    assert.deepEqual([facts.unreadable, facts.bootFiles, facts.bootIsMounted], [[], ['vmlinuz-6.1'], false]);
    assert.deepEqual([facts.started, facts.isRunning, facts.isNewStart], [{}, false, false]);
  });
});

test('a menu that cannot be read is named, and nothing is waited for', async () => {
  await withRoot(async (root, put) => {
    put('boot/efi/EFI/fedora/grub.cfg', 'linux /vmlinuz-6.1');
    for (const directory of ['boot/grub2', 'boot/loader/entries', 'boot/grub', 'etc'])
      mkdirSync(join(root, directory), { recursive: true });
    symlinkSync('../efi/EFI/fedora/grub.cfg', join(root, 'boot/grub2/grub.cfg'));
    symlinkSync('/etc/passwd', join(root, 'boot/grub/grub.cfg'));
    symlinkSync('nothing', join(root, 'boot/grub/custom.cfg'));
    await runCommand(['mkfifo', join(root, 'boot/grub/menu.lst')]);
    mkdirSync(join(root, 'boot/loader/entries/directory.conf'));
    put('etc/lilo.conf', '');
    truncateSync(join(root, 'etc/lilo.conf'), 1024 ** 4);
    const { menus, unreadable } = await readBootFacts(root);
    assert.deepEqual(
      menus.map(({ path }) => path),
      ['boot/grub2/grub.cfg', 'boot/efi/EFI/fedora/grub.cfg'],
    );
    assert.deepEqual(unreadable, [
      'boot/grub/custom.cfg',
      'boot/grub/grub.cfg',
      'boot/grub/menu.lst',
      'etc/lilo.conf',
      'boot/loader/entries/directory.conf',
    ]);
  });
});

test('the running kernel is that of the running system alone', async () => {
  const { stdout } = await runCommand(['uname', '-r']);
  const facts = await readBootFacts('/');
  assert.deepEqual([facts.started.last, facts.isRunning], [stdout.trim(), true]);
});
