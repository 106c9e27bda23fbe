import assert from 'node:assert/strict';
import { test } from 'node:test';
import { releaseOfInitramfs, releaseOfPath } from './kernel-release.ts';

const belonging: [path: string, release: string | undefined][] = [
  ['boot/vmlinuz-6.1.0-57-amd64', '6.1.0-57-amd64'],
  ['boot/initrd.img-6.1.0-57-amd64', '6.1.0-57-amd64'],
  ['boot/initrd.img-6.1.0-57-amd64.old-dkms', '6.1.0-57-amd64'],
  ['boot/System.map-6.1', '6.1'],
  ['boot/config-6.12.5+deb13-rt-amd64', '6.12.5+deb13-rt-amd64'],
  ['boot/initramfs-5.14.0-503.el9.x86_64.img', '5.14.0-503.el9.x86_64'],
  ['boot/initramfs-5.14.0-503.el9.x86_64kdump.img', '5.14.0-503.el9.x86_64'],
  ['boot/symvers-5.14.0-503.el9.x86_64.gz', '5.14.0-503.el9.x86_64'],
  ['boot/vmlinux-6.9.1-ppc64', '6.9.1-ppc64'],
  ['boot/vmlinuz-generic-6.1.1', '6.1.1'],
  ['boot/initramfs-6.5.3_1.img', '6.5.3_1'],
  ['boot/xen-4.17-amd64.gz', undefined],
  ['boot/dtbs/6.1.0-9-arm64/board.dtb', '6.1.0-9-arm64'],
  ['boot/efi/0123456789abcdef0123456789abcdef/6.8.1/linux', '6.8.1'],
  ['lib/modules/6.1.0-57-amd64', '6.1.0-57-amd64'],
  ['usr/lib/modules/6.1.0-57-amd64/kernel/fs/ext4/ext4.ko', '6.1.0-57-amd64'],
  ['usr/lib/linux-image-6.1.0-9-arm64/board.dtb', '6.1.0-9-arm64'],
  ['boot/vmlinuz', undefined],
  ['boot/grub/grub.cfg', undefined],
  ['boot/memtest86+x64.bin', undefined],
  ['lib/modules', undefined],
  ['lib/modules-load.d/6.conf', undefined],
  ['srv/boot/vmlinuz-6.1', undefined],
  ['usr/share/doc/config-6.1', undefined],
];

for (const [path, release] of belonging) {
  test(`${path}: ${release ?? 'no kernel'}`, () => assert.equal(releaseOfPath(path), release));
}

test('an initramfs is one by its name', () => {
  assert.equal(releaseOfInitramfs('boot/initrd.img-6.1'), '6.1');
  assert.equal(releaseOfInitramfs('boot/vmlinuz-6.1'), undefined);
  assert.equal(releaseOfInitramfs('lib/modules/6.1/initrd'), undefined);
});
