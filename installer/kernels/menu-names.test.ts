import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMenuNames } from './menu-names.ts';

const menus: [name: string, text: string, paths: string[], releases: string[]][] = [
  ['a plain line', '  linux /boot/vmlinuz-6.1 root=UUID=x ro', ['boot/vmlinuz-6.1'], ['6.1']],
  [
    'a /boot of its own',
    '\tlinux\t/vmlinuz-6.1-amd64 ro\n\tinitrd\t/initrd.img-6.1-amd64',
    ['boot/vmlinuz-6.1-amd64', 'boot/initrd.img-6.1-amd64'],
    ['6.1-amd64'],
  ],
  [
    'a subvolume of btrfs',
    'linux /@/boot/vmlinuz-6.1\ninitrd /@rootfs/boot/ucode.img /@rootfs/boot/initrd.img-6.1',
    ['boot/vmlinuz-6.1', 'boot/ucode.img', 'boot/initrd.img-6.1'],
    ['6.1'],
  ],
  ['linux16, a device before the path', 'linux16 (hd0,msdos1)/boot/vmlinuz-6.1 quiet', ['boot/vmlinuz-6.1'], ['6.1']],
  [
    'linuxefi, a variable before the path, quotes',
    `linuxefi "($root)/boot/vmlinuz-6.1" ro; initrdefi '\${prefix}/../initrd.img-6.1'`,
    ['boot/vmlinuz-6.1', 'boot/initrd.img-6.1'],
    ['6.1'],
  ],
  ['a name in a variable', 'set kernel=vmlinuz-6.1\nlinux /boot/$kernel', ['boot/vmlinuz-6.1'], ['6.1']],
  ['a release in a variable', 'set ver="6.1.2"\nlinux /vmlinuz-$ver', [], ['6.1.2']],
  [
    'an entry of its own file',
    'title Fedora\nversion 6.9.1-200.fc40.x86_64\nlinux /0123456789abcdef0123456789abcdef/6.9.1-200.fc40.x86_64/linux',
    [],
    ['6.9.1-200.fc40.x86_64'],
  ],
  [
    'an entry with initramfs-….img',
    'linux /vmlinuz-6.9\ninitrd /initramfs-6.9.img $tuned_initrd',
    ['boot/initramfs-6.9.img'],
    ['6.9'],
  ],
  [
    'extlinux',
    'LABEL l0\n\tKERNEL ../vmlinuz-6.1\n\tAPPEND initrd=../initrd.img-6.1 root=/dev/sda1',
    ['boot/vmlinuz-6.1', 'boot/initrd.img-6.1'],
    ['6.1'],
  ],
  [
    'a path of firmware',
    'chainloader \\EFI\\debian\\vmlinuz-6.1.efi',
    ['boot/efi/EFI/debian/vmlinuz-6.1.efi'],
    ['6.1'],
  ],
  [
    'a hypervisor, and the kernel as its module',
    'multiboot2 /boot/xen-4.17-amd64.gz\nmodule2 /boot/vmlinuz-6.1 placeholder\nmodule2 --nounzip /boot/initrd.img-6.1',
    ['boot/xen-4.17-amd64.gz', 'boot/vmlinuz-6.1', 'boot/initrd.img-6.1'],
    ['6.1'],
  ],
  [
    'names that begin with a digest, two slashes',
    'linux ($drive1)//kernels/0a1b2c-linux-6.1-bzImage init=/x',
    ['boot/kernels/0a1b2c-linux-6.1-bzImage'],
    [],
  ],
  ['a flavour before the release', 'linux /boot/vmlinuz-huge-6.1.1', ['boot/vmlinuz-huge-6.1.1'], ['6.1.1']],
  ['a comment', '# linux /boot/vmlinuz-6.1', ['boot/vmlinuz-6.1'], ['6.1']],
  [
    'links, and files elsewhere',
    'linux /vmlinuz.old\nloadfont /usr/share/grub/unicode.pf2',
    ['vmlinuz.old', 'usr/share/grub/unicode.pf2'],
    [],
  ],
  ['Windows line ends', 'linux /vmlinuz-6.1\r\ninitrd /initrd.img-6.1\r\n', ['boot/initrd.img-6.1'], ['6.1']],
];

for (const [name, text, paths, releases] of menus) {
  test(`named: ${name}`, () => {
    const names = readMenuNames(text);
    assert.deepEqual(
      paths.filter((path) => !names.hasPath(path)),
      [],
    );
    assert.deepEqual(
      releases.filter((release) => !names.hasRelease(release)),
      [],
    );
  });
}

test('not named: releases that begin alike, words that are no paths', () => {
  const names = readMenuNames(
    'set root=x\nsearch --set\nlinux /boot/vmlinuz-6.1.50 root=/dev/sda1 quiet\ninitrd /boot/initrd.img-6.1.50',
  );
  assert.deepEqual(['6.1', '6.1.5', '1.50'].filter(names.hasRelease), []);
  const others = ['boot/vmlinuz-6.1', 'boot/vmlinuz-6.1.5', 'usr/bin/search', 'quiet', 'root', 'usr/share/linux'];
  assert.deepEqual(others.filter(names.hasPath), []);
});
